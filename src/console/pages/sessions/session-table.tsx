import type { ComponentChildren } from 'preact'
import { formatNumber, read } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { IdLink } from '../../parts/id-link.tsx'
import { Moment } from '../../parts/moment.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { navigate } from '../../router.ts'
import type { SessionRow } from './session-answers.ts'
import { SessionHolder } from './session-holder.tsx'
import { SESSIONS_TEXT } from './sessions-text.ts'

export interface SessionTableProps {
  readonly rows: readonly SessionRow[]
  readonly view: string
  readonly onMore: (() => void) | undefined
  readonly empty: ComponentChildren
}

export function SessionTable({ rows, view, onMore, empty }: SessionTableProps) {
  return (
    <Table
      label={read(SESSIONS_TEXT).title}
      columns={columnsOf()}
      rows={rows}
      keyOf={({ clientId }) => clientId}
      onOpen={({ clientId }) => navigate(['sessions', clientId])}
      view={view}
      onMore={onMore}
      empty={empty}
    />
  )
}

function columnsOf(): readonly Column<SessionRow>[] {
  const words = read(SESSIONS_TEXT)
  return [
    {
      id: 'clientId',
      title: words.clientId,
      draw: ({ clientId }) => <IdLink section="sessions" id={clientId} />,
    },
    { id: 'state', title: words.state, draw: (row) => <SessionState session={row} /> },
    {
      id: 'identity',
      title: words.identity,
      isRest: true,
      draw: ({ identity }) => <SessionHolder identity={identity} />,
    },
    { id: 'since', title: words.since, draw: ({ connectedAt }) => connectedAt && <Moment at={connectedAt} /> },
    { id: 'address', title: words.address, draw: ({ address }) => address },
    {
      id: 'subscriptions',
      title: words.subscriptions,
      isNumber: true,
      draw: ({ subscriptions }) => formatNumber(subscriptions.length),
    },
    { id: 'queue', title: words.queue, isNumber: true, draw: ({ queued }) => formatNumber(queued.messages) },
    { id: 'inFlight', title: words.inFlight, isNumber: true, draw: ({ inFlight }) => formatNumber(inFlight) },
  ]
}

export function SessionState({ session: { connected, hasEnded } }: { readonly session: SessionRow }) {
  const words = read(SESSIONS_TEXT)
  if (connected) return <Badge tone="good">{words.connected}</Badge>
  return <Badge tone="off">{hasEnded ? words.ended : words.disconnected}</Badge>
}
