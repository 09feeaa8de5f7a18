import type { Clock } from '../../clock.ts'
import type { EventFeed, HubEvents } from '../../events.ts'
import { BoundedEntries } from '../bounded-entries.ts'

export interface RecentEvent {
  readonly at: Date
  /** Its place among all events since the start. */
  readonly number: number
  readonly event: 'connected' | 'disconnected' | 'left' | 'suspended' | 'resumed' | 'compromise_suspected'
  readonly clientId?: string
  readonly address?: string
  readonly reason?: string
  readonly suspicion?: Pick<HubEvents['identity.compromise_suspected'], 'sign' | 'action'>
}

export interface RecentEvents {
  /** Newest first. */
  listOf(kind: 'device' | 'service', id: string): readonly RecentEvent[]
}

const BOUNDS = { capacity: 50_000, capacityPerSubject: 100 }

/** What devices and services did lately, in bounded memory: gone with the process. */
export function recordEvents(events: EventFeed, clock: Clock, bounds = BOUNDS): RecentEvents {
  const entries = new BoundedEntries<RecentEvent>(bounds)
  // Apart: two who take a session from each other would have pushed out in a minute what was found of them.
  const verdicts = new BoundedEntries<RecentEvent>(bounds)
  let count = 0
  const note = (kind: string, id: string, event: Omit<RecentEvent, 'at' | 'number'>, into = entries): void => {
    count++
    into.put(String(count), `${kind}:${id}`, { at: clock(), number: count, ...event })
  }
  events.subscribe('device.connected', ({ kind, id, clientId, address }) =>
    note(kind, id, { event: 'connected', clientId, address }),
  )
  events.subscribe('device.disconnected', ({ kind, id, clientId, reason }) =>
    note(kind, id, { event: 'disconnected', clientId, reason }),
  )
  events.subscribe('device.left', ({ kind, id, address }) => note(kind, id, { event: 'left', address, reason: LEFT }))
  events.subscribe('identity.suspended', ({ kind, id }) => note(kind, id, { event: 'suspended' }, verdicts))
  events.subscribe('identity.resumed', ({ kind, id }) => note(kind, id, { event: 'resumed' }, verdicts))
  events.subscribe('identity.compromise_suspected', ({ kind, id, sign, action, evidence }) => {
    const found = Object.entries(evidence).map(([name, value]) => `${name} ${value}`)
    const reason = `${sign}, ${action}: ${found.join(', ')}`
    note(kind, id, { event: 'compromise_suspected', reason, suspicion: { sign, action } }, verdicts)
  })
  return {
    listOf(kind, id) {
      const subject = `${kind}:${id}`
      const both = [...verdicts.listOf(subject), ...entries.listOf(subject)]
      return both.toSorted((one, other) => other.number - one.number)
    },
  }
}

const LEFT =
  "it finished the handshake and went without a CONNECT: it may miss the name it connected to in the hub's certificate"
