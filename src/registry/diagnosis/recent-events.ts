import type { Clock } from '../../clock.ts'
import type { EventFeed } from '../../events.ts'
import { BoundedEntries } from '../bounded-entries.ts'

export interface RecentEvent {
  readonly at: Date
  /** Its place among all events since the start. */
  readonly number: number
  readonly event: 'connected' | 'disconnected' | 'left' | 'suspended' | 'resumed' | 'compromise_suspected'
  readonly clientId?: string
  readonly address?: string
  readonly reason?: string
}

export interface RecentEvents {
  /** Newest first. */
  listOf(kind: 'device' | 'service', id: string): readonly RecentEvent[]
}

const BOUNDS = { capacity: 50_000, capacityPerSubject: 100 }

/** What devices and services did lately, in bounded memory: gone with the process. */
export function recordEvents(events: EventFeed, clock: Clock, bounds = BOUNDS): RecentEvents {
  const entries = new BoundedEntries<RecentEvent>(bounds)
  let count = 0
  const note = (kind: string, id: string, event: Omit<RecentEvent, 'at' | 'number'>): void => {
    count++
    entries.put(String(count), `${kind}:${id}`, { at: clock(), number: count, ...event })
  }
  events.subscribe('device.connected', ({ kind, id, clientId, address }) =>
    note(kind, id, { event: 'connected', clientId, address }),
  )
  events.subscribe('device.disconnected', ({ kind, id, clientId, reason }) =>
    note(kind, id, { event: 'disconnected', clientId, reason }),
  )
  events.subscribe('device.left', ({ kind, id, address }) => note(kind, id, { event: 'left', address, reason: LEFT }))
  events.subscribe('identity.suspended', ({ kind, id }) => note(kind, id, { event: 'suspended' }))
  events.subscribe('identity.resumed', ({ kind, id }) => note(kind, id, { event: 'resumed' }))
  events.subscribe('identity.compromise_suspected', ({ kind, id, sign, action, evidence }) => {
    const found = Object.entries(evidence).map(([name, value]) => `${name} ${value}`)
    note(kind, id, { event: 'compromise_suspected', reason: `${sign}, ${action}: ${found.join(', ')}` })
  })
  return { listOf: (kind, id) => entries.listOf(`${kind}:${id}`) }
}

const LEFT =
  "it finished the handshake and went without a CONNECT: it may miss the name it connected to in the hub's certificate"
