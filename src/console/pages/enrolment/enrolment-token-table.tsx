import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { may } from '../../hub/session.ts'
import { formatNumber, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Badge } from '../../parts/badge.tsx'
import { Copyable } from '../../parts/copy.tsx'
import { Id } from '../../parts/id-link.tsx'
import { Moment } from '../../parts/moment.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import type { EnrolmentTokenAnswer } from './enrolment-answers.ts'
import { ENROLMENT_TEXT } from './enrolment-text.ts'

export interface EnrolmentTokenTableProps {
  readonly rows: readonly EnrolmentTokenAnswer[]
  readonly onMore: (() => void) | undefined
  /** One of them has ended. */
  readonly onDone: () => void
}

/** Tokens without their secrets: for whom, how often used, until when. */
export function EnrolmentTokenTable({ rows, onMore, onDone }: EnrolmentTokenTableProps) {
  const { api } = useHub()
  const words = read(ENROLMENT_TEXT)
  const revoke = async (id: string): Promise<undefined> => {
    await api.send('DELETE', path('api/enrolment-tokens', id))
    onDone()
  }
  const columns: readonly Column<EnrolmentTokenAnswer>[] = [
    { id: 'for', title: words.forWhom, draw: ({ deviceId }) => <Id id={deviceId} /> },
    {
      id: 'state',
      title: words.state,
      draw: ({ state }) => <Badge tone={state === 'active' ? 'good' : 'off'}>{words.tokenStates[state]}</Badge>,
    },
    {
      id: 'uses',
      title: words.uses,
      isNamed: true,
      draw: ({ uses, maxUses }) => words.usedOf(formatNumber(uses), formatNumber(maxUses)),
    },
    {
      id: 'approval',
      title: words.approval,
      isNamed: true,
      draw: ({ approval }) => words.approvalShort[approval ? 'yes' : 'no'],
    },
    { id: 'user', title: words.user, isNamed: true, draw: ({ userId }) => userId ?? 'default' },
    { id: 'policies', title: words.policies, isNamed: true, draw: ({ policies }) => policies.join(', ') },
    { id: 'expires', title: words.expires, draw: ({ expiresAt }) => <Moment at={expiresAt} far="days" /> },
    { id: 'id', title: words.tokenId, draw: ({ id }) => <Copyable text={id} length={12} /> },
    ...(may('operate')
      ? [
          {
            id: 'end',
            title: words.end,
            draw: ({ id, deviceId, state }: EnrolmentTokenAnswer) => (
              <ActionButton
                label={words.revoke}
                tone="danger"
                isOffered={state === 'active'}
                consequence={words.revokeTells(deviceId)}
                act={() => revoke(id)}
              />
            ),
          },
        ]
      : []),
  ]
  return (
    <Table
      label={words.tokens}
      columns={columns}
      rows={rows}
      keyOf={({ id }) => id}
      onMore={onMore}
      empty={words.noTokens}
    />
  )
}
