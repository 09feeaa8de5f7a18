import type { EventFeed } from '../events.ts'
import type { Device } from './device.ts'

type State = Pick<Device, 'state'>

/** Tells that somebody was shut out or let in again; nothing where the state stays. */
export function announceState(events: EventFeed, kind: 'device' | 'service', id: string, from: State, to: State): void {
  if (from.state === to.state) return
  events.publish(to.state === 'suspended' ? 'identity.suspended' : 'identity.resumed', { kind, id })
}
