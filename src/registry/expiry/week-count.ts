import { countBefore, type EndTimes } from './ends.ts'

const DAY_MS = 86_400_000
const WEEK_DAYS = 7
const WEEKS = 12
const MONTH_DAYS = 30

/** Of certificates that are neither revoked nor replaced, of each owner the one that ends last. */
export interface WeekCounts {
  readonly within30Days: number
  /** The first week begins now. */
  readonly byWeek: readonly number[]
}

/** How many end in the next weeks. */
export function countWeeks(times: EndTimes, now: Date): WeekCounts {
  const countWithin = (days: number): number =>
    [...times.values()].reduce((sum, ends) => sum + countBefore(ends, now.getTime() + days * DAY_MS), 0)
  const countOf = (week: number): number => countWithin((week + 1) * WEEK_DAYS) - countWithin(week * WEEK_DAYS)
  return {
    within30Days: countWithin(MONTH_DAYS) - countWithin(0),
    byWeek: Array.from({ length: WEEKS }, (_, week) => countOf(week)),
  }
}
