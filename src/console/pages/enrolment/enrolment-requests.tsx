import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { ENROLMENT_EVENTS } from '../../hub/overview.ts'
import { may } from '../../hub/session.ts'
import { counted, read } from '../../language.ts'
import { Badge, type Tone } from '../../parts/badge.tsx'
import { Chips } from '../../parts/chips.tsx'
import { Copyable } from '../../parts/copy.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Id } from '../../parts/id-link.tsx'
import { Moment } from '../../parts/moment.tsx'
import { PART_TEXT } from '../../parts/part-text.ts'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { refine } from '../../router.ts'
import type { EnrolmentAnswer } from './enrolment-answers.ts'
import { EnrolmentDecision } from './enrolment-decision.tsx'
import { ENROLMENT_TEXT } from './enrolment-text.ts'

const STATES = ['pending', 'approved', 'rejected'] as const
const TONES: Readonly<Record<EnrolmentAnswer['state'], Tone>> = { pending: 'warn', approved: 'good', rejected: 'bad' }

/** Who asks for a first certificate, and the word on it; who comes meanwhile waits above the list. */
export function EnrolmentRequests({ state = 'pending' }: { readonly state: string | undefined }) {
  const { api } = useHub()
  const words = read(ENROLMENT_TEXT)
  const [fresh, setFresh] = useState(0)
  const list = useList((page) => api.get<ListPage<EnrolmentAnswer>>('api/enrolments', { state, ...page }), [api, state])
  const showFresh = (): void => {
    setFresh(0)
    list.reload()
  }
  const decide = (id: string, decided: EnrolmentAnswer['state']): void =>
    list.change((rows) => rows.map((row) => (row.id === id ? { ...row, state: decided } : row)))
  useEvents(ENROLMENT_EVENTS, ({ type, data }) => {
    if (type === 'enrolment.approved') decide(data.enrolment, 'approved')
    else if (type === 'enrolment.rejected') decide(data.enrolment, 'rejected')
    else if (list.rows?.length === 0) list.reload()
    else setFresh((count) => count + 1)
  })
  const columns: readonly Column<EnrolmentAnswer>[] = [
    { id: 'device', title: words.device, draw: ({ deviceId }) => <Id id={deviceId} /> },
    {
      id: 'state',
      title: words.state,
      draw: (row) => <Badge tone={TONES[row.state]}>{words.states[row.state]}</Badge>,
    },
    { id: 'address', title: words.address, draw: ({ address }) => <code>{address}</code> },
    { id: 'key', title: words.key, draw: ({ keyThumbprint }) => <Copyable text={keyThumbprint} length={16} /> },
    { id: 'asked', title: words.asked, draw: ({ requestedAt }) => <Moment at={requestedAt} /> },
    { id: 'lapses', title: words.lapses, draw: ({ lapsesAt }) => <Moment at={lapsesAt} far="days" /> },
    ...(may('operate')
      ? [
          {
            id: 'act',
            title: words.word,
            draw: (row: EnrolmentAnswer) => (
              <EnrolmentDecision
                enrolment={row}
                onDecide={async (verb) => {
                  const answer = await api.send<EnrolmentAnswer>('POST', path('api/enrolments', row.id, verb))
                  decide(row.id, answer.state)
                }}
              />
            ),
          },
        ]
      : []),
  ]
  return (
    <>
      <Chips
        label={words.state}
        choices={STATES.map((value) => ({ value, label: words.states[value] }))}
        chosen={state}
        onChoose={(chosen) => refine({ state: chosen })}
      />
      {fresh > 0 && (
        <p aria-live="polite">
          <button type="button" class="plain" onClick={showFresh}>
            {counted(fresh, read(PART_TEXT).fresh)}
          </button>
        </p>
      )}
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows === undefined && !list.problem && <Skeleton />}
      {list.rows && (
        <Table
          label={words.requests}
          columns={columns}
          rows={list.rows}
          keyOf={({ id }) => id}
          onMore={list.isWhole ? undefined : list.more}
          empty={state === 'pending' ? words.nobodyWaits : words.noneDecided}
        />
      )}
    </>
  )
}
