import type { Database } from './database.ts'

/** Numbers of the registry, each from an index. */
export interface RegistryCounts {
  readonly devices: number
  readonly suspended: number
  readonly services: number
}

const COUNTS = `
  select (select count(*) from devices) as devices,
    (select count(*) from devices where state = 'suspended') as suspended,
    (select count(*) from services) as services`

const PENDING = `select count(*) from enrolments where state = 'pending' and lapses_at > ?`

export interface OverviewStore {
  count(): RegistryCounts
  /** First certificates that wait for a word. */
  countPending(now: Date): number
  /** When each device came or went last, of what is kept of it. */
  listSeen(): Iterable<readonly [deviceId: string, at: Date]>
}

const SEEN = `
  select device_id, max(at) as at from events
  where type in ('device.connected', 'device.disconnected') and device_id is not null group by device_id order by at`

export function createOverviewStore({ sqlite }: Pick<Database, 'sqlite'>): OverviewStore {
  const counts = sqlite.prepare<[], RegistryCounts>(COUNTS)
  const pending = sqlite.prepare<[number], number>(PENDING).pluck()
  const seen = sqlite.prepare<[], { readonly device_id: string; readonly at: number }>(SEEN)
  return {
    count: () => counts.get() as RegistryCounts,
    // A count is one row, of nothing as well: https://www.sqlite.org/lang_select.html#resultset
    countPending: (now) => pending.get(now.getTime()) as number,
    listSeen: () => seen.all().map(({ device_id: id, at }) => [id, new Date(at)] as const),
  }
}
