import type { Refusal } from '../refusal.ts'

/** A refusal as it is told: grouped with its like, and with what mends it. */
export interface RecordedRefusal extends Refusal {
  readonly at: Date
  readonly mend: string
  readonly count: number
}
