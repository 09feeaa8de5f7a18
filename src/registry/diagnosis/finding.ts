import type { CheckName } from '../../check-name.ts'
import type { FindingCode, FindingStatus, FindingValues } from '../../finding.ts'
import type { RefusalCause } from '../../refusal.ts'
import { FINDING_TEXT } from './finding-text.ts'

/** What one check found, in words for an operator. */
export interface Finding {
  readonly name: CheckName
  readonly status: FindingStatus
  readonly code: FindingCode
  readonly values: FindingValues[FindingCode]
  readonly detail: string
  /** What to do; none where there is nothing. */
  readonly mend?: string
  /** Of the refusals that it tells of. */
  readonly cause?: RefusalCause
}

export function finding<Code extends FindingCode>(
  name: CheckName,
  status: FindingStatus,
  code: Code,
  values: FindingValues[Code],
): Finding {
  const [detail, mend] = FINDING_TEXT[code](values)
  return { name, status, code, values, detail, ...(mend === undefined || status === 'ok' ? {} : { mend }) }
}

export const DAY_MS = 86_400_000

/** In whole days, for a sentence. */
export function daysUntil(end: Date, now: Date): number {
  return Math.floor((end.getTime() - now.getTime()) / DAY_MS)
}
