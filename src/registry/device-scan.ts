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

/** What is looked through by ids, so many devices a run. */
export interface DeviceRuns extends DeviceFilter {
  readonly sort: DeviceSort
  readonly order: 'asc' | 'desc'
  readonly size: number
  readonly now: Date
}

export type EndRuns = Pick<DeviceRuns, 'order' | 'size' | 'now'>

export interface Run<Scanned, Position> {
  readonly devices: readonly Scanned[]
  /** Behind which more stand. */
  readonly last: Position | undefined
}

export interface DeviceScanStore {
  /** Prepared once for all runs: those of the run behind that id that the filter lets through, in its order. */
  prepareRuns(runs: DeviceRuns): (after: string | undefined) => Run<ScannedDevice, string>
  /** The same of all that have an end, in the order of it; a run is of so many certificates. */
  prepareEndRuns(runs: EndRuns): (after: DevicePosition | undefined) => Run<DevicePosition, DevicePosition>
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
      const order = comparison(query)
      const after = query.after && readPosition(query.sort, query.after)
      const isInOrder = query.sort === 'id' || isByEnds(query)
      let first: readonly DevicePosition[] = []
      for await (const devices of runsOf(query, after)) {
        const behind = after ? devices.filter((device) => order(after, device) < 0) : devices
        first = merge(first, behind, order, limit)
        if (isInOrder && first.length === limit) break
      }
      return first
    },
    async count(selection) {
      let count = 0
      for await (const devices of runsOf({ ...selection, sort: 'id', order: 'asc' })) count += devices.length
      return count
    },
  }

  async function* runsOf(query: ScanQuery, after?: DevicePosition): AsyncGenerator<readonly DevicePosition[]> {
    const { connected: wanted, sort } = query
    const connected = wanted === undefined && sort !== 'lastSeen' ? NOBODY : new Set(idsOfConnected())
    const read = readerOf(query, connected)
    for await (const devices of scan(query, after)) {
      const those = wanted === undefined ? devices : devices.filter(({ id }) => connected.has(id) === wanted)
      yield those.map((device) => ({ id: device.id, value: read(device) }))
    }
  }

  function scan(query: ScanQuery, after: DevicePosition | undefined): AsyncGenerator<readonly ScannedDevice[]> {
    const { connected: _, ...filter } = query
    const runs = { ...filter, size: RUN, now: clock() }
    if (isByEnds(query)) return scanByEnds(runs, after)
    return inTurns(store.prepareRuns(runs), query.sort === 'id' ? after?.id : undefined)
  }

  /** First those that have an end, and behind them the others. */
  async function* scanByEnds(
    runs: DeviceRuns,
    after: DevicePosition | undefined,
  ): AsyncGenerator<readonly ScannedDevice[]> {
    const isBehindEnds = after?.value === endless(runs)
    if (!isBehindEnds) {
      yield* inTurns(store.prepareEndRuns(runs), after)
      await nextTurn()
    }
    for await (const devices of inTurns(store.prepareRuns(runs), isBehindEnds ? after.id : undefined))
      yield devices.filter(({ value }) => value === null)
  }

  function readerOf(query: ScanQuery, connected: ReadonlySet<string>) {
    const nothing = endless(query)
    if (query.sort !== 'lastSeen') return ({ value }: ScannedDevice) => value ?? nothing
    return ({ id, value: createdAt }: ScannedDevice) =>
      connected.has(id) ? NOW : (seenAt(lastSeen, id, Number(createdAt))?.getTime() ?? nothing)
  }
}

type ScanQuery = DeviceSelection & Pick<DeviceOrder, 'sort' | 'order'>

/** What is found by more is few beside all the ends. */
function isByEnds({ sort, search, state, userId }: ScanQuery): boolean {
  return sort === 'certificateEnds' && search === undefined && state === undefined && userId === undefined
}

/** Stands for no time, behind all others. */
function endless({ order }: Pick<ScanQuery, 'order'>): number {
  return order === 'asc' ? Number.MAX_SAFE_INTEGER : -1
}

async function* inTurns<Position>(
  readRun: (after: Position | undefined) => Run<ScannedDevice, Position>,
  begin: Position | undefined,
): AsyncGenerator<readonly ScannedDevice[]> {
  for (let after = begin; ; ) {
    const { devices, last } = readRun(after)
    yield devices
    if (last === undefined) return
    after = last
    await nextTurn()
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

type Comparison = (one: DevicePosition, other: DevicePosition) => number

/** As SQLite compares: ids have ASCII letters alone. */
function comparison({ order }: DeviceOrder): Comparison {
  const sign = order === 'asc' ? 1 : -1
  return (one, other) => sign * (compare(one.value, other.value) || compare(one.id, other.id))
}

/** What stands in a cursor was written by its bearer. */
function readPosition(sort: DeviceSort, { value, id }: DevicePosition): DevicePosition {
  return { id, value: sort === 'lastSeen' || sort === 'certificateEnds' ? Number(value) : String(value) }
}

function compare(one: string | number, other: string | number): number {
  return one < other ? -1 : Number(one > other)
}

/** The first ones of those in order and of more; of many runs most stand behind the last that is kept. */
function merge(
  kept: readonly DevicePosition[],
  more: readonly DevicePosition[],
  order: Comparison,
  limit: number,
): readonly DevicePosition[] {
  const last = kept.length < limit ? undefined : kept.at(-1)
  const nearer = last ? more.filter((one) => order(one, last) < 0) : more
  return nearer.length === 0 ? kept : [...kept, ...nearer].sort(order).slice(0, limit)
}
