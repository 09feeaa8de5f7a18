import { countBefore, type EndTimes } from './ends.ts'
import type { ExpiryCount } from './ports.ts'

const DAY_MS = 86_400_000

/** Each in the narrowest of the spans that it ends in; what ends at the last moment of a span is within it. */
export function countEnds(times: EndTimes, now: Date): readonly ExpiryCount[] {
  return [...times].map(([kind, ends]) => {
    const countWithin = (days: number): number => countBefore(ends, now.getTime() + days * DAY_MS + 1)
    const expired = countBefore(ends, now.getTime())
    const [day, week, month, quarter] = [countWithin(1), countWithin(7), countWithin(30), countWithin(90)]
    return {
      kind,
      expired,
      within1Day: day - expired,
      within7Days: week - day,
      within30Days: month - week,
      within90Days: quarter - month,
      later: ends.length - quarter,
    }
  })
}
