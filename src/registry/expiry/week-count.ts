import type { EndTimes } from './ends.ts'

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
  const byWeek = Array.from({ length: WEEKS }, () => 0)
  let within30Days = 0
  for (const end of [...times.values()].flat()) {
    const days = Math.floor((end - now.getTime()) / DAY_MS)
    const week = Math.floor(days / WEEK_DAYS)
    const count = byWeek[week]
    if (count === undefined) continue
    byWeek[week] = count + 1
    if (days < MONTH_DAYS) within30Days++
  }
  return { within30Days, byWeek }
}
