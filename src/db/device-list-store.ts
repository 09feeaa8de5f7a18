import type { DeviceKeyQuery, DeviceListStore, StoredDeviceRow } from '../registry/device-list.ts'
import type { DevicePosition, DeviceRuns, DeviceSort } from '../registry/device-scan.ts'
import type { DeviceFilter } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { endsAt, prepareEndRuns } from './device-ends.ts'
import { DEVICE_COLUMNS, type DeviceRow, deviceCondition, readDevice } from './device-store.ts'
import { and, eq, type SQL, sql } from './drizzle.ts'
import { type Bound, prepareByShape, prepareRows } from './rows.ts'
import { devices, legacyCredentials } from './schema.ts'

/** Keys first, by an index; then the rows of the page alone. */
export function createDeviceListStore(database: Database): DeviceListStore {
  const keysOf = prepareByShape(shapeOf, (query: DeviceKeyQuery) => prepareKeys(database, query))
  const countOf = prepareByShape(shapeOf, (filter: Omit<DeviceFilter, 'search'>) => prepareCount(database, filter))
  const rowsOf = prepareStoredRows(database)
  return {
    listKeys: (query) => keysOf(query)(valuesOf(query)).map(([id, value]): DevicePosition => ({ id, value })),
    prepareRuns: (runs) => prepareRuns(database, runs),
    prepareEndRuns: (runs) => prepareEndRuns(database, runs),
    listRows: (ids, now) => rowsOf({ ids: JSON.stringify(ids), now: now.getTime() }).map(readRow),
    count(filter) {
      const [[count] = [0]] = countOf(filter)(valuesOf(filter))
      return count
    },
  }
}

type Order = DeviceRuns['order']

function prepareRuns(
  { orm, sqlite }: Database,
  { sort, order, size, now, ...filter }: DeviceRuns,
): ReturnType<DeviceListStore['prepareRuns']> {
  const ends = orm
    .select({ id: devices.id })
    .from(devices)
    .where(and(deviceCondition(indexed(filter)), isPast(order, bound('after'))))
    .orderBy(inOrder(devices.id, order))
    .limit(1)
    .offset(size - 1)
  const wanted = orm
    .select({ id: devices.id, value: sort === 'certificateEnds' ? endsAt(now.getTime()) : VALUES[sort] })
    .from(devices)
    .where(and(deviceCondition(filter), isPast(order, bound('after')), isUpTo(order, bound('upTo'))))
    .orderBy(inOrder(devices.id, order))
  const endOf = prepareRows<readonly [id: string], 'after'>(sqlite, ends)
  const within = prepareRows<readonly [id: string, value: string | number | null], 'after' | 'upTo'>(sqlite, wanted)
  const [begin, end] = order === 'asc' ? [FIRST, LAST] : [LAST, FIRST]
  return (after = begin) => {
    const [[last] = []] = endOf({ after })
    const found = within({ after, upTo: last ?? end })
    return { devices: found.map(([id, value]) => ({ id, value })), last }
  }
}

/** What an index finds of a filter. The rest makes a run no longer: all that is looked at counts. */
function indexed({ userId, state }: DeviceFilter): DeviceFilter {
  if (userId !== undefined) return { userId }
  return state === undefined ? {} : { state }
}

/** Before every id, and behind it. */
const [FIRST, LAST] = ['', '\u{10ffff}']

const VALUES = {
  id: devices.id,
  user: devices.userId,
  state: devices.state,
  lastSeen: devices.createdAt,
} as const satisfies Record<Exclude<DeviceSort, 'certificateEnds'>, unknown>

/** Of a query for keys, or of a count. */
type Asked = Omit<DeviceFilter, 'search'> & Partial<Pick<DeviceKeyQuery, 'sort' | 'order' | 'limit' | 'after'>>

type Name = 'userId' | 'state' | 'value' | 'id' | 'limit'

function shapeOf({ sort, order, after, state, userId }: Asked): string {
  return [sort, order, after !== undefined, state !== undefined, userId !== undefined].join(' ')
}

function valuesOf({ userId, state, after, limit }: Asked): Readonly<Record<Name, Bound>> {
  return {
    userId: userId ?? null,
    state: state ?? null,
    value: after?.value ?? null,
    id: after?.id ?? null,
    limit: limit ?? null,
  }
}

function conditionOf({ state, userId }: Asked): SQL | undefined {
  return deviceCondition({
    state: state === undefined ? undefined : bound('state'),
    userId: userId === undefined ? undefined : bound('userId'),
  })
}

function prepareKeys({ orm, sqlite }: Database, query: DeviceKeyQuery) {
  const { sort, order } = query
  const value = VALUES[sort]
  const keys = orm
    .select({ id: devices.id, value })
    .from(devices)
    .where(and(conditionOf(query), isBehind(value, query)))
    .orderBy(...(sort === 'id' ? [] : [inOrder(value, order)]), inOrder(devices.id, order))
    .limit(bound('limit'))
  return prepareRows<readonly [id: string, value: string], Name>(sqlite, keys)
}

function prepareCount({ orm, sqlite }: Database, filter: Asked) {
  const count = orm.select({ count: sql`count(*)` }).from(devices).where(conditionOf(filter))
  return prepareRows<readonly [count: number], Name>(sqlite, count)
}

type StoredRow = readonly [
  ...device: DeviceRow,
  legacyUserName: string | null,
  legacyEndsAt: number | null,
  ends: number | null,
]

function prepareStoredRows({ orm, sqlite }: Database) {
  const rows = orm
    .select({
      ...DEVICE_COLUMNS,
      legacyUserName: legacyCredentials.userName,
      legacyEndsAt: legacyCredentials.endsAt,
      ends: endsAt(bound('now')),
    })
    .from(devices)
    .leftJoin(legacyCredentials, eq(legacyCredentials.deviceId, devices.id))
    .where(sql`${devices.id} in (select value from json_each(${bound('ids')}))`)
  return prepareRows<StoredRow, 'ids' | 'now'>(sqlite, rows)
}

function readRow(row: StoredRow): StoredDeviceRow {
  const [id, userId, state, policies, clientIds, createdAt, userName, endsAt, ends] = row
  return {
    ...readDevice([id, userId, state, policies, clientIds, createdAt]),
    legacy: userName === null || endsAt === null ? undefined : { userName, endsAt: new Date(endsAt) },
    certificateEnds: ends === null ? undefined : new Date(ends),
  }
}

function bound(name: Name | 'after' | 'upTo' | 'ids' | 'now') {
  return sql.placeholder(name)
}

function inOrder(column: (typeof VALUES)[keyof typeof VALUES], order: Order): SQL {
  return sql`${column} ${sql.raw(order)}`
}

function isPast(order: Order, id: ReturnType<typeof bound>): SQL {
  return sql`${devices.id} ${sql.raw(order === 'asc' ? '>' : '<')} ${id}`
}

function isUpTo(order: Order, id: ReturnType<typeof bound>): SQL {
  return sql`${devices.id} ${sql.raw(order === 'asc' ? '<=' : '>=')} ${id}`
}

function isBehind(
  value: (typeof VALUES)[DeviceKeyQuery['sort']],
  { sort, order, after }: DeviceKeyQuery,
): SQL | undefined {
  if (!after) return undefined
  if (sort === 'id') return isPast(order, bound('id'))
  return sql`(${value}, ${devices.id}) ${sql.raw(order === 'asc' ? '>' : '<')} (${bound('value')}, ${bound('id')})`
}
