import type { Device } from './device.ts'
import type { LastSeen } from './last-seen.ts'
import type { LegacyCredential } from './legacy-credential.ts'
import type { Page } from './page.ts'
import type { DeviceFilter } from './ports.ts'

export type DeviceSort = 'id' | 'user' | 'state' | 'lastSeen' | 'certificateEnds'

/** Where a list went on: what the last row was sorted by, and its id. */
export interface DevicePosition {
  readonly value: string | number
  readonly id: string
}

export interface DeviceListQuery extends DeviceFilter {
  readonly limit: number
  readonly sort: DeviceSort
  readonly order: 'asc' | 'desc'
  readonly connected?: boolean
  readonly after?: DevicePosition
}

export interface StoredDeviceRow extends Device {
  readonly legacy: Pick<LegacyCredential, 'userName' | 'endsAt'> | undefined
  /** Of its certificates that are neither revoked nor replaced, the end of the one that ends last. */
  readonly certificateEnds: Date | undefined
}

export interface DeviceRow extends StoredDeviceRow {
  /** None: it is not connected. */
  readonly connection: { readonly connectedAt: Date; readonly address: string } | undefined
  readonly lastSeenAt: Date | undefined
}

/** Which of them; `ids` are those of a set, or all but those. */
export interface DeviceSelection extends DeviceFilter {
  readonly among?: { readonly ids: readonly string[]; readonly isIn: boolean }
}

export interface DeviceKeyQuery extends DeviceSelection {
  readonly sort: Exclude<DeviceSort, 'lastSeen'>
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly after?: DevicePosition
  readonly now: Date
}

/** Devices for a list; a page costs a few statements, whatever stands on it. */
export interface DeviceListStore {
  /** In the wanted order; those that have nothing to be sorted by come last. */
  listKeys(query: DeviceKeyQuery): readonly DevicePosition[]
  /** All of them by ids, with when each was created, in milliseconds since the epoch. */
  listIds(selection: DeviceSelection): readonly (readonly [id: string, createdAt: number])[]
  /** In no order. */
  listRows(ids: readonly string[], now: Date): readonly StoredDeviceRow[]
  count(selection: DeviceSelection): number
}

export interface ConnectedDevices {
  idsOf(kind: 'device'): readonly string[]
  /** Its newest connection. */
  find(deviceId: string): DeviceRow['connection']
}

export interface DeviceList {
  page(query: DeviceListQuery): Page<DeviceRow> & { readonly last: DevicePosition | undefined }
  count(query: Omit<DeviceListQuery, 'limit' | 'sort' | 'order' | 'after'>): number
}

export interface DeviceListOptions {
  readonly store: DeviceListStore
  readonly connected: ConnectedDevices
  readonly lastSeen: LastSeen
  readonly clock: () => Date
}

/** Devices with what a list of them shows beside: who is connected, and until when it can be. */
export function createDeviceList({ store, connected, lastSeen, clock }: DeviceListOptions): DeviceList {
  return {
    page(query) {
      const { limit } = query
      const positions = positionsOf(query)
      const shown = positions.slice(0, limit)
      const rows = new Map(
        store
          .listRows(
            shown.map(({ id }) => id),
            clock(),
          )
          .map((row) => [row.id, row]),
      )
      const items = shown.flatMap(({ id }) => {
        const row = rows.get(id)
        return row ? [complete(row)] : []
      })
      return { items, last: positions.length > limit ? shown.at(-1) : undefined }
    },
    count: (query) => store.count(selectionOf(query)),
  }

  function complete(row: StoredDeviceRow): DeviceRow {
    return { ...row, connection: connected.find(row.id), lastSeenAt: seenAt(row) }
  }

  /** A device inherits nothing from an earlier one of its id. */
  function seenAt({ id, createdAt }: { readonly id: string; readonly createdAt: Date | number }): Date | undefined {
    if (connected.find(id)) return clock()
    const at = lastSeen.of(id)
    return at && at.getTime() >= Number(createdAt) ? at : undefined
  }

  function selectionOf({ connected: wanted, ...filter }: Omit<DeviceListQuery, 'limit' | 'sort' | 'order' | 'after'>) {
    return wanted === undefined ? filter : { ...filter, among: { ids: connected.idsOf('device'), isIn: wanted } }
  }

  /** One more than a page, where there is one. */
  function positionsOf({ sort, order, limit, after, ...filter }: DeviceListQuery): readonly DevicePosition[] {
    const selection = selectionOf(filter)
    const rest = after === undefined ? {} : { after }
    if (sort !== 'lastSeen')
      return store.listKeys({ ...selection, ...rest, sort, order, limit: limit + 1, now: clock() })
    return sortBySeen(store.listIds(selection), order)
      .filter((position) => after === undefined || isBehind(position, after, order))
      .slice(0, limit + 1)
  }

  /** Who is connected is known in memory alone: ten thousand are sorted in a few milliseconds. */
  function sortBySeen(ids: ReturnType<DeviceListStore['listIds']>, order: 'asc' | 'desc'): readonly SeenPosition[] {
    const present = new Set(connected.idsOf('device'))
    const never = order === 'asc' ? Number.MAX_SAFE_INTEGER : -1
    const seenOf = (id: string, createdAt: number): number => {
      if (present.has(id)) return NOW
      const at = lastSeen.of(id)?.getTime()
      return at === undefined || at < createdAt ? never : at
    }
    const positions = ids.map(([id, createdAt]) => ({ id, value: seenOf(id, createdAt) }))
    // They come by their ids, and those of the same value stay so.
    return order === 'asc'
      ? positions.sort((one, other) => one.value - other.value)
      : positions.reverse().sort((one, other) => other.value - one.value)
  }
}

/** Behind every time in the past. */
const NOW = Number.MAX_SAFE_INTEGER - 1

interface SeenPosition extends DevicePosition {
  readonly value: number
}

function isBehind({ id, value }: SeenPosition, after: DevicePosition, order: 'asc' | 'desc'): boolean {
  if (value === after.value) return order === 'asc' ? id > after.id : id < after.id
  return order === 'asc' ? value > Number(after.value) : value < Number(after.value)
}
