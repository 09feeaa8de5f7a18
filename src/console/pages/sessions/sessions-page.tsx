import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page as AnswerPage, useList } from '../../hub/list.ts'
import { useOverview } from '../../hub/overview.ts'
import { usePacedEach } from '../../hub/paced-each.ts'
import { type Problem, toProblem } from '../../hub/problem.ts'
import { counted, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Chips } from '../../parts/chips.tsx'
import { Failure } from '../../parts/failure.tsx'
import { FilterField } from '../../parts/filter-field.tsx'
import { Page } from '../../parts/page.tsx'
import { PART_TEXT } from '../../parts/part-text.ts'
import { Skeleton } from '../../parts/skeleton.tsx'
import { formatRoute } from '../../route.ts'
import { refine } from '../../router.ts'
import { BanList } from './ban-list.tsx'
import type { SessionAnswer, SessionRow } from './session-answers.ts'
import { SessionTable } from './session-table.tsx'
import { SESSIONS_TEXT } from './sessions-text.ts'

const EVERY_MS = 30_000

/** Every session, live or waiting for its client, and who is refused for a while. */
export function SessionsPage({ route: { query } }: PageProps) {
  const { api } = useHub()
  const words = read(SESSIONS_TEXT)
  const { q, state } = query
  const list = useList<SessionRow>(
    (page) => api.get<AnswerPage<SessionAnswer>>('api/sessions', { q, state, ...page }),
    [api, q, state],
  )
  const [newcomers, setNewcomers] = useState<ReadonlySet<string>>(new Set())
  const isShown = (clientId: string) => list.rows?.some((row) => row.clientId === clientId)
  const renew = usePacedEach(async (clientId) => {
    const now = await api.get<SessionAnswer>(path('api/sessions', clientId)).catch(toProblem)
    list.change((rows) => rows.map((row) => (row.clientId === clientId ? changed(row, now) : row)))
  })
  useEvents(['device.connected', 'device.disconnected'], ({ type, data: { clientId } }) => {
    if (isShown(clientId)) renew(clientId)
    else if (type === 'device.connected' && list.isWhole) setNewcomers((known) => new Set([...known, clientId]))
  })
  const showNewcomers = (): void => {
    setNewcomers(new Set())
    list.reload()
  }
  const isFiltered = Boolean(q || state)
  return (
    <Page title={words.title} state={<State />}>
      <FilterField label={words.search} value={q} onChange={(wanted) => refine({ q: wanted })} />
      <Chips
        label={words.state}
        choices={[
          { value: 'connected', label: words.connected },
          { value: 'disconnected', label: words.disconnected },
        ]}
        chosen={state}
        onChoose={(chosen) => refine({ state: chosen })}
      />
      {newcomers.size > 0 && (
        <p aria-live="polite">
          <button type="button" class="plain" onClick={showNewcomers}>
            {counted(newcomers.size, read(PART_TEXT).fresh)}
          </button>
        </p>
      )}
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows ? (
        <SessionTable
          rows={list.rows}
          view={`${q} ${state}`}
          onMore={list.isWhole ? undefined : list.more}
          empty={isFiltered ? <NothingFits /> : words.empty}
        />
      ) : (
        !list.problem && <Skeleton />
      )}
      <BanList />
    </Page>
  )
}

/** What cannot be asked now is left as it was. */
function changed(row: SessionRow, now: SessionAnswer | Problem): SessionRow {
  if ('clientId' in now) return now
  if (now.code !== 'session_not_found') return row
  return { ...row, connected: false, connectedAt: null, expiresAt: null, hasEnded: true }
}

function NothingFits() {
  const words = read(SESSIONS_TEXT)
  return (
    <>
      <p>{words.emptyFiltered}</p>
      <a href={formatRoute(['sessions'])}>{words.clearFilters}</a>
    </>
  )
}

function State() {
  const { data } = useOverview(EVERY_MS)
  const words = read(SESSIONS_TEXT)
  if (!data) return null
  const { sessions, queued } = data
  return (
    <>
      <a href={formatRoute(['sessions'], { state: 'connected' })}>{counted(sessions.live, words.live)}</a>,{' '}
      <a href={formatRoute(['sessions'], { state: 'disconnected' })}>{counted(sessions.waiting, words.waiting)}</a>,{' '}
      {counted(queued.messages, words.queued)}.
    </>
  )
}
