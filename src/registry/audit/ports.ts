import type { Page, PageRequest } from '../page.ts'
import type { AuditEntry } from './audit-entry.ts'

export interface AuditQuery extends PageRequest {
  /** Part of an actor, an action or an object. */
  readonly search?: string
  readonly action?: string
  readonly since?: Date
  readonly until?: Date
}

export interface AuditStore {
  append(entry: AuditEntry): void
  /** What the next one is chained to. */
  latest(): Pick<AuditEntry, 'number' | 'hash'> | undefined
  /** Newest first. */
  list(query: AuditQuery): Page<AuditEntry>
  /** In the order of their numbers, after `number`. */
  listAfter(number: number, limit: number): readonly AuditEntry[]
  /** Those before that time, the newest of all left. */
  deleteBefore(time: Date): void
}
