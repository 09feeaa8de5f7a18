import type { LoggedEvent } from '../logged-event.ts'
import type { EventFilter } from './event-filter.ts'

/** Keeps the newest events over a restart; synchronous. */
export interface EventStore {
  /** All of them, or none. */
  append(events: readonly LoggedEvent[]): void
  /** Those past this id, oldest first. */
  listAfter(id: number, filter: EventFilter, limit: number): readonly LoggedEvent[]
  /** Those before this id, newest first. */
  listBefore(id: number, filter: EventFilter, limit: number): readonly LoggedEvent[]
  /** None: it is empty. */
  extent(): { readonly oldest: number; readonly newest: number; readonly count: number } | undefined
  /** The oldest ones up to this id, so many at most; how many there were, and the newest id among them. */
  deleteOldest(count: number, upTo: number): { readonly count: number; readonly newest: number }
}
