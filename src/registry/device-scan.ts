import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LastSeen } from './last-seen.ts'
import type { DeviceFilter } from './ports.ts'

export type DeviceSort = 'id' | 'user' | 'state' | 'lastSeen' | 'certificateEnds'

/** Where a list went on: what the last row was sorted by, and its id. */
export interface DevicePosition {
  readonly value: string | number
  readonly id: string
}

export interface DeviceSelection extends DeviceFilter {
  readonly connected?: boolean
}

export interface DeviceOrder {
  readonly sort: DeviceSort
  readonly order: 'asc' | 'desc'
  readonly after?: DevicePosition
}

/** Of a run: what it is to be sorted by, as the store knows it. */
export interface ScannedDevice {
  readonly id: string
  /** For `lastSeen` when it was created, for `certificateEnds` when it ends, or null; both in milliseconds since the epoch. */
  readonly value: string | number | null
}

/** So many devices by their ids. */
export interface DeviceRun extends DeviceFilter {
  readonly sort: DeviceSort
  readonly order: 'asc' | 'desc'
  readonly after: string | undefined
  readonly size: number
  readonly now: Date
}

export interface DeviceScanStore {
  /** Those of the run that the filter lets through, in its order; `last`: behind which more stand. */
  listRun(run: DeviceRun): { readonly devices: readonly ScannedDevice[]; readonly last: string | undefined }
}

export interface DeviceScan {
  /** So many at most, in the wanted order; those that have nothing to be sorted by come last. */
  first(query: DeviceSelection & DeviceOrder, limit: number): Promise<readonly DevicePosition[]>
  count(selection: DeviceSelection): Promise<number>
}

export interface DeviceScanOptions {
  readonly store: DeviceScanStore
  readonly idsOfConnected: () => readonly string[]
  readonly lastSeen: LastSeen
  readonly clock: () => Date
}

// SQLite looks at so many in half a millisecond, or in one where it looks for the end of each.
const RUN = 250

/** Looks through all devices, a run of them a turn: for what no index knows, as who is connected. */
export function createDeviceScan({ store, idsOfConnected, lastSeen, clock }: DeviceScanOptions): DeviceScan {
  return {
    async first(query, limit) {
      const { sort, after } = query
      const order = comparison(query)
      let first: readonly DevicePosition[] = []
      for await (const devices of runsOf(query)) {
        const behind = after ? devices.filter((device) => order(after, device) < 0) : devices
        first = [...first, ...behind].sort(order).slice(0, limit)
        // Only these come in their order.
        if (sort === 'id' && first.length === limit) break
      }
      return first
    },
    async count(selection) {
      let count = 0
      for await (const devices of runsOf({ ...selection, sort: 'id', order: 'asc' })) count += devices.length
      return count
    },
  }

  async function* runsOf(query: DeviceSelection & DeviceOrder): AsyncGenerator<readonly DevicePosition[]> {
    const { connected: wanted, sort, order, after, ...filter } = query
    const connected = wanted === undefined && sort !== 'lastSeen' ? NOBODY : new Set(idsOfConnected())
    const read = readerOf(query, connected)
    const run = { ...filter, sort, order: sort === 'id' ? order : 'asc', size: RUN, now: clock() } as const
    for (let begin = sort === 'id' ? after?.id : undefined; ; ) {
      const { devices, last } = store.listRun({ ...run, after: begin })
      const those = wanted === undefined ? devices : devices.filter(({ id }) => connected.has(id) === wanted)
      yield those.map((device) => ({ id: device.id, value: read(device) }))
      if (last === undefined) return
      begin = last
      await nextTurn()
    }
  }

  function readerOf({ sort, order }: DeviceOrder, connected: ReadonlySet<string>) {
    const nothing = order === 'asc' ? Number.MAX_SAFE_INTEGER : -1
    if (sort !== 'lastSeen') return ({ value }: ScannedDevice) => value ?? nothing
    return ({ id, value: createdAt }: ScannedDevice) =>
      connected.has(id) ? NOW : (seenAt(lastSeen, id, Number(createdAt))?.getTime() ?? nothing)
  }
}

/** When a device was seen last; it inherits nothing from an earlier one of its id. */
export function seenAt(lastSeen: LastSeen, id: string, createdAt: number): Date | undefined {
  const at = lastSeen.of(id)
  return at && at.getTime() >= createdAt ? at : undefined
}

const NOBODY: ReadonlySet<string> = new Set()

/** Behind every time in the past. */
const NOW = Number.MAX_SAFE_INTEGER - 1

/** As SQLite compares: ids have ASCII letters alone. */
function comparison({ sort, order }: DeviceOrder): (one: DevicePosition, other: DevicePosition) => number {
  const sign = order === 'asc' ? 1 : -1
  // What stands in a cursor was written by its bearer.
  const read = sort === 'lastSeen' || sort === 'certificateEnds' ? Number : String
  return (one, other) => sign * (compare(read(one.value), read(other.value)) || compare(one.id, other.id))
}

function compare(one: string | number, other: string | number): number {
  return one < other ? -1 : Number(one > other)
}
