import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page, useList } from '../../hub/list.ts'
import { usePaced } from '../../hub/pace.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import type { BanAnswer } from './session-answers.ts'
import { SessionHolder } from './session-holder.tsx'
import { SESSIONS_TEXT } from './sessions-text.ts'

/** Who is refused for a while; each ban can be ended. */
export function BanList() {
  const { api } = useHub()
  const words = read(SESSIONS_TEXT)
  const bans = useList((page) => api.get<Page<BanAnswer>>('api/bans', page), [api])
  const reload = usePaced(bans.reload)
  // A ban is no event of its own: it ends a connection, or follows from a limit.
  useEvents(['limit.reached', 'device.disconnected'], ({ type, data }) => {
    if (type === 'limit.reached' || data.reason === 'banned') reload()
  })
  const lift = async (id: string): Promise<undefined> => {
    await api.send('DELETE', path('api/bans', id))
    bans.change((rows) => rows.filter((row) => row.id !== id))
  }
  const columns: readonly Column<BanAnswer>[] = [
    { id: 'holder', title: words.identity, draw: ({ identity }) => <SessionHolder identity={identity} /> },
    { id: 'clientId', title: words.clientId, draw: ({ clientId }) => clientId },
    { id: 'cause', title: words.banCause, draw: ({ cause }) => words.causes[cause] },
    { id: 'until', title: words.until, draw: ({ until }) => <Moment at={until} /> },
    ...(may('operate')
      ? [
          {
            id: 'lift',
            title: words.action,
            draw: ({ id }: BanAnswer) => <ActionButton label={words.lift} act={() => lift(id)} />,
          },
        ]
      : []),
  ]
  return (
    <Section title={words.bans}>
      <p class="quiet">{words.bansLead}</p>
      {bans.problem && <Failure problem={bans.problem} onRetry={bans.reload} />}
      {bans.rows && (
        <Table
          label={words.bans}
          columns={columns}
          rows={bans.rows}
          keyOf={({ id }) => id}
          onMore={bans.isWhole ? undefined : bans.more}
          empty={words.noBans}
        />
      )}
    </Section>
  )
}
