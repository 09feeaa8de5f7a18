import type { CheckName } from '../../check-name.ts'
import type { RefusalCause } from '../../refusal.ts'

/** How a check ended; a note is worth reading and nothing to mend here. */
export type FindingStatus = 'ok' | 'note' | 'warning' | 'failed'

/** What one check found, in words for an operator. */
export interface Finding {
  readonly name: CheckName
  readonly status: FindingStatus
  readonly detail: string
  /** What to do; none where there is nothing. */
  readonly mend?: string
  /** Of the refusals that it tells of. */
  readonly cause?: RefusalCause
}

export function finding(name: CheckName, status: FindingStatus, detail: string, mend?: string): Finding {
  return { name, status, detail, ...(mend === undefined || status === 'ok' ? {} : { mend }) }
}

export const DAY_MS = 86_400_000

/** In whole days, for a sentence. */
export function daysUntil(end: Date, now: Date): number {
  return Math.floor((end.getTime() - now.getTime()) / DAY_MS)
}

/** How often, for a sentence. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
