import type { PageRequest } from '../page.ts'
import type { AuditEntry } from './audit-entry.ts'

export interface AuditFilter {
  /** Part of an actor, an action or an object. */
  readonly search?: string
  readonly action?: string
  readonly since?: Date
  readonly until?: Date
}

export interface AuditQuery extends AuditFilter, PageRequest {}

export interface AuditStore {
  append(entry: AuditEntry): void
  /** What the next one is chained to. */
  latest(): Pick<AuditEntry, 'number' | 'hash'> | undefined
  /** Of those from one number up to before another the wanted ones, newest first, so many at most. */
  list(filter: AuditFilter, from: number, before: number, limit: number): readonly AuditEntry[]
  /** The number of the last of so many before this one; none: there are fewer. */
  endOfRun(before: number, size: number): number | undefined
  /** In the order of their numbers, after `number`. */
  listAfter(number: number, limit: number): readonly AuditEntry[]
  /** When those after `number` were made, in the order of their numbers. */
  timesAfter(number: number, limit: number): readonly Pick<AuditEntry, 'number' | 'at'>[]
  /** The oldest up to this number, so many at most; how many there were. */
  deleteOldest(upTo: number, limit: number): number
}
