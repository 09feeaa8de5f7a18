import { useState } from 'preact/hooks'
import type { EventAnswer } from '../../../api/resources/event.ts'
import { deviceOf } from '../../../logged-event.ts'
import { EVENT_TYPE_TEXT } from '../../codes/event-type-text.ts'
import { tell } from '../../codes/tell.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { EVENT_TYPES } from '../../hub/event-types.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { IdLink } from '../../parts/id-link.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { ACTIVITY_TEXT } from './activity-text.ts'
import { tellEvent } from './event-line.ts'
import { FreshButton } from './fresh-button.tsx'

/** Of those that wait; whoever left the page open for a night asks for them anew. */
const KEPT = 500

interface Waiting {
  readonly events: readonly EventAnswer[]
  readonly count: number
}

const NONE: Waiting = { events: [], count: 0 }

export interface EventListProps {
  readonly type: string | undefined
  readonly deviceId: string | undefined
}

/** The events that fit; those that come meanwhile wait above them. */
export function EventList({ type, deviceId }: EventListProps) {
  const { api } = useHub()
  const words = read(ACTIVITY_TEXT)
  const [{ events, count }, setWaiting] = useState<Waiting>(NONE)
  const list = useList(
    (page) => api.get<ListPage<EventAnswer>>('api/events', { type, deviceId, ...page }),
    [type, deviceId],
  )
  useEvents(typesThatFit(type), (event) => {
    if (deviceId !== undefined && deviceOf(event.data) !== deviceId) return
    setWaiting((before) => ({ events: [event, ...before.events].slice(0, KEPT), count: before.count + 1 }))
  })
  const show = (): void => {
    // What came while the list was asked for stands in both.
    if (count > KEPT) list.reload()
    else list.change((rows) => [...events.filter(({ id }) => rows.every((row) => row.id !== id)), ...rows])
    setWaiting(NONE)
  }
  const columns: readonly Column<EventAnswer>[] = [
    { id: 'event', title: words.event, draw: (event) => <EventLine event={event} />, isRest: true },
    { id: 'at', title: words.at, draw: ({ at }) => <Moment at={at} /> },
    {
      id: 'type',
      title: words.type,
      draw: (event) => <span title={event.type}>{tell(EVENT_TYPE_TEXT, event.type)}</span>,
    },
    { id: 'device', title: words.device, draw: (event) => <DeviceLink id={deviceOf(event.data)} /> },
  ]
  return (
    <>
      <FreshButton waiting={count} onShow={show} />
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows === undefined && !list.problem && <Skeleton lines={8} />}
      {list.rows && (
        <Table
          label={words.tabs.events}
          columns={columns}
          rows={list.rows}
          keyOf={({ id }) => id}
          onMore={list.isWhole ? undefined : list.more}
          empty={type === undefined && deviceId === undefined ? words.noEvents : words.noneFound}
        />
      )}
    </>
  )
}

function typesThatFit(wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return []
  const isGroup = wanted.endsWith('*')
  return EVENT_TYPES.filter((type) => (isGroup ? type.startsWith(wanted.slice(0, -1)) : type === wanted))
}

function EventLine({ event }: { readonly event: EventAnswer }) {
  const line = tellEvent(event)
  return <span title={line}>{line}</span>
}

function DeviceLink({ id }: { readonly id: string | undefined }) {
  return id === undefined ? null : <IdLink section="devices" id={id} />
}
