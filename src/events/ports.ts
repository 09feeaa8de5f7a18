import type { LoggedEvent } from '../logged-event.ts'
import type { EventFilter } from './event-filter.ts'

/** Keeps the newest events over a restart; synchronous. */
export interface EventStore {
  /** All of them, or none. */
  append(events: readonly LoggedEvent[]): void
  /** Of those past one id up to another the wanted ones, oldest first, so many at most. */
  listAfter(id: number, upTo: number, filter: EventFilter, limit: number): readonly LoggedEvent[]
  /** Of those from one id up to before another the wanted ones, newest first, so many at most. */
  list(filter: EventFilter, from: number, before: number, limit: number): readonly LoggedEvent[]
  /** The id of the last of so many before this one; none: there are fewer. */
  endOfRun(before: number, size: number): number | undefined
  /** The id of the last of so many past this one; none: there are fewer. */
  endOfRunAfter(id: number, size: number): number | undefined
  /** None: it is empty. */
  extent(): { readonly oldest: number; readonly newest: number; readonly count: number } | undefined
  /** The oldest ones up to this id, so many at most; how many there were, and the newest id among them. */
  deleteOldest(count: number, upTo: number): { readonly count: number; readonly newest: number }
}
