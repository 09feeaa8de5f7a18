import type { Database } from './database.ts'

const WEEK_MS = 604_800_000
const WEEKS = 12
const DAY_MS = 86_400_000

/** Numbers of the registry, each from an index. */
export interface RegistryCounts {
  readonly devices: number
  readonly suspended: number
  readonly services: number
}

/** Of certificates that are neither revoked nor replaced. */
export interface EndCounts {
  readonly within30Days: number
  /** The first week begins now. */
  readonly byWeek: readonly number[]
}

// By days, of which both weeks and the month are made; of each owner the one that ends last, as it is told of before it ends.
const ENDS = `
  select cast((ends - @now) / ${DAY_MS} as integer) as day, count(*) as count
  from (
    select max(not_after) as ends from certificates indexed by certificates_ending_of_subject
    where revoked_at is null and pending_since is null and (retires_at is null or retires_at > @now)
    group by kind, subject_id)
  where ends >= @now and ends < @now + ${WEEKS * WEEK_MS}
  group by day`

const COUNTS = `
  select (select count(*) from devices) as devices,
    (select count(*) from devices where state = 'suspended') as suspended,
    (select count(*) from services) as services`

export interface OverviewStore {
  count(): RegistryCounts
  countEnds(now: Date): EndCounts
  /** When each device came or went last, of what is kept of it. */
  listSeen(): Iterable<readonly [deviceId: string, at: Date]>
}

const SEEN = `
  select device_id, max(at) as at from events
  where type in ('device.connected', 'device.disconnected') and device_id is not null group by device_id order by at`

export function createOverviewStore({ sqlite }: Pick<Database, 'sqlite'>): OverviewStore {
  const counts = sqlite.prepare<[], RegistryCounts>(COUNTS)
  const ends = sqlite.prepare<[{ readonly now: number }], { readonly day: number; readonly count: number }>(ENDS)
  const seen = sqlite.prepare<[], { readonly device_id: string; readonly at: number }>(SEEN)
  return {
    count: () => counts.get() as RegistryCounts,
    countEnds(now) {
      const byDay = ends.all({ now: now.getTime() })
      const sumOf = (from: number, to: number): number =>
        byDay.reduce((sum, { day, count }) => (day >= from && day < to ? sum + count : sum), 0)
      return {
        within30Days: sumOf(0, 30),
        byWeek: Array.from({ length: WEEKS }, (_, week) => sumOf(week * 7, (week + 1) * 7)),
      }
    },
    listSeen: () => seen.all().map(({ device_id: id, at }) => [id, new Date(at)] as const),
  }
}
