import type { EndTimes } from './ends.ts'
import type { ExpiryCount } from './ports.ts'

const DAY_MS = 86_400_000

type Counts = Record<keyof Omit<ExpiryCount, 'kind'>, number>

export function countEnds(times: EndTimes, now: Date): readonly ExpiryCount[] {
  return [...times].map(([kind, ends]) => {
    const counts: Counts = { expired: 0, within1Day: 0, within7Days: 0, within30Days: 0, within90Days: 0, later: 0 }
    for (const end of ends) counts[bucketOf(end - now.getTime())]++
    return { kind, ...counts }
  })
}

const BUCKETS = [
  ['within1Day', 1],
  ['within7Days', 7],
  ['within30Days', 30],
  ['within90Days', 90],
] as const

function bucketOf(remaining: number): keyof Counts {
  if (remaining < 0) return 'expired'
  return BUCKETS.find(([, days]) => remaining <= days * DAY_MS)?.[0] ?? 'later'
}
