import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Copyable } from '../../parts/copy.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import type { IdentityTokenAnswer, NewIdentityTokenAnswer } from './identity-token-answers.ts'
import { IDENTITY_TOKENS_TEXT } from './identity-tokens-text.ts'
import { NewIdentityToken } from './new-identity-token.tsx'
import { ReplaceIdentityToken } from './replace-identity-token.tsx'
import { tokenColumns } from './token-columns.tsx'
import { TOKEN_TEXT } from './token-text.ts'

export interface IdentityTokensProps {
  readonly kind: 'device' | 'service'
  readonly id: string
}

/** MQTT passwords of a device or service: which there are, a new one, and the end of one. */
export function IdentityTokens({ kind, id: owner }: IdentityTokensProps) {
  const { api } = useHub()
  const words = read(IDENTITY_TOKENS_TEXT)
  const { end, revoke: label, fresh } = read(TOKEN_TEXT)
  const [replaced, setReplaced] = useState<NewIdentityTokenAnswer>()
  const address = path(`api/${kind}s`, owner, 'tokens')
  const list = useList((page) => api.get<ListPage<IdentityTokenAnswer>>(address, page), [api, address])
  const revoke = async (id: string): Promise<undefined> => {
    await api.send('DELETE', path(address, id))
    list.reload()
  }
  const showReplaced = (made: NewIdentityTokenAnswer): void => {
    setReplaced(made)
    list.reload()
  }
  const columns: readonly Column<IdentityTokenAnswer>[] = [
    { id: 'id', title: words.id, draw: ({ id }) => <Copyable text={id} /> },
    { id: 'created', title: words.made, draw: ({ createdAt }) => <Moment at={createdAt} /> },
    ...tokenColumns<IdentityTokenAnswer>(),
    ...(may('operate')
      ? [
          {
            id: 'end',
            title: end,
            draw: ({ id, revokedAt }: IdentityTokenAnswer) =>
              revokedAt === null && (
                <span class="row">
                  <ReplaceIdentityToken address={address} id={id} onMade={showReplaced} />
                  <ActionButton label={label} tone="danger" consequence={words.revokeTells} act={() => revoke(id)} />
                </span>
              ),
          },
        ]
      : []),
  ]
  return (
    <>
      <p class="quiet">{words.lead(owner)}</p>
      {replaced && <ShownOnce lead={words.once(owner)} secret={replaced.token} />}
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows === undefined && !list.problem && <Skeleton />}
      {list.rows && (
        <Table
          label={words.label}
          columns={columns}
          rows={list.rows}
          keyOf={({ id }) => id}
          onMore={list.isWhole ? undefined : list.more}
          empty={words.empty}
        />
      )}
      {may('operate') && (
        <Section title={fresh}>
          <NewIdentityToken address={address} id={owner} onMade={list.reload} />
        </Section>
      )}
    </>
  )
}
