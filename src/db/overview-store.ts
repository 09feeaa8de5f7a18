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

export interface OverviewStore {
  count(): RegistryCounts
  /** When each device came or went last, of what is kept of it. */
  listSeen(): Iterable<readonly [deviceId: string, at: Date]>
}

const SEEN = `
  select device_id, max(at) as at from events
  where type in ('device.connected', 'device.disconnected') and device_id is not null group by device_id order by at`

export function createOverviewStore({ sqlite }: Pick<Database, 'sqlite'>): OverviewStore {
  const counts = sqlite.prepare<[], RegistryCounts>(COUNTS)
  const seen = sqlite.prepare<[], { readonly device_id: string; readonly at: number }>(SEEN)
  return {
    count: () => counts.get() as RegistryCounts,
    listSeen: () => seen.all().map(({ device_id: id, at }) => [id, new Date(at)] as const),
  }
}
