import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Device } from './device.ts'
import {
  createDeviceScan,
  type DeviceOrder,
  type DevicePosition,
  type DeviceScanStore,
  type DeviceSelection,
  seenAt,
} from './device-scan.ts'
import type { LastSeen } from './last-seen.ts'
import type { LegacyCredential } from './legacy-credential.ts'
import type { Page } from './page.ts'
import type { DeviceFilter } from './ports.ts'

export interface DeviceListQuery extends DeviceSelection, DeviceOrder {
  readonly limit: number
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

export interface DeviceKeyQuery extends Omit<DeviceFilter, 'search'> {
  readonly sort: 'id' | 'user' | 'state'
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly after?: DevicePosition
}

/** Devices for a list; a page costs a few statements, whatever stands on it. */
export interface DeviceListStore extends DeviceScanStore {
  /** In the wanted order, which an index has. */
  listKeys(query: DeviceKeyQuery): readonly DevicePosition[]
  /** In no order. */
  listRows(ids: readonly string[], now: Date): readonly StoredDeviceRow[]
  count(filter: Omit<DeviceFilter, 'search'>): number
}

export interface ConnectedDevices {
  idsOf(kind: 'device'): readonly string[]
  /** Its newest connection. */
  find(deviceId: string): DeviceRow['connection']
}

/** None of it holds the event loop, however many devices there are. */
export interface DeviceList {
  page(query: DeviceListQuery): Promise<Page<DeviceRow> & { readonly last: DevicePosition | undefined }>
  count(selection: DeviceSelection): Promise<number>
}

export interface DeviceListOptions {
  readonly store: DeviceListStore
  readonly connected: ConnectedDevices
  readonly lastSeen: LastSeen
  readonly clock: () => Date
}

// A turn of the event loop reads so many rows in a millisecond.
const ROWS_OF_A_TURN = 50

/** Devices with what a list of them shows beside: who is connected, and until when it can be. */
export function createDeviceList({ store, connected, lastSeen, clock }: DeviceListOptions): DeviceList {
  const scan = createDeviceScan({ store, idsOfConnected: () => connected.idsOf('device'), lastSeen, clock })
  return {
    async page(query) {
      const { limit } = query
      const positions = isIndexed(query)
        ? store.listKeys({ ...query, limit: limit + 1 })
        : await scan.first(query, limit + 1)
      const shown = positions.slice(0, limit)
      const rows = await readRows(shown.map(({ id }) => id))
      const items = shown.flatMap(({ id }) => rows.get(id) ?? [])
      return { items, last: positions.length > limit ? shown.at(-1) : undefined }
    },
    count: async (selection) => (isCounted(selection) ? store.count(selection) : scan.count(selection)),
  }

  async function readRows(ids: readonly string[]): Promise<ReadonlyMap<string, DeviceRow>> {
    const rows = new Map<string, DeviceRow>()
    for (let start = 0; start < ids.length; start += ROWS_OF_A_TURN) {
      for (const row of store.listRows(ids.slice(start, start + ROWS_OF_A_TURN), clock()))
        rows.set(row.id, complete(row))
      // Also behind the last: to write out so many takes a turn of its own.
      if (ids.length > ROWS_OF_A_TURN) await nextTurn()
    }
    return rows
  }

  function complete(row: StoredDeviceRow): DeviceRow {
    const connection = connected.find(row.id)
    return { ...row, connection, lastSeenAt: connection ? clock() : seenAt(lastSeen, row.id, row.createdAt.getTime()) }
  }
}

/** Whether an index has that order of those devices. */
function isIndexed(query: DeviceListQuery): query is DeviceListQuery & DeviceKeyQuery {
  const { sort, state, userId } = query
  if (sort === 'lastSeen' || sort === 'certificateEnds') return false
  return isCounted(query) && (sort === 'id' || (state === undefined && userId === undefined))
}

/** Whether an index has those devices alone. */
function isCounted({ search, connected, state, userId }: DeviceSelection): boolean {
  return search === undefined && connected === undefined && (state === undefined || userId === undefined)
}
