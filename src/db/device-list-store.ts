import type { DeviceKeyQuery, DeviceListStore, StoredDeviceRow } from '../registry/device-list.ts'
import type { DeviceRuns, DeviceSort } from '../registry/device-scan.ts'
import type { DeviceFilter } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { DEVICE_COLUMNS, deviceCondition } from './device-store.ts'
import { and, eq, type SQL, sql } from './drizzle.ts'
import { devices, legacyCredentials } from './schema.ts'

/** Keys first, by an index; then the rows of the page alone. */
export function createDeviceListStore(database: Database): DeviceListStore {
  const { orm } = database
  const rows = prepareRows(database)
  return {
    listKeys(query) {
      const { sort, order, limit } = query
      const value = VALUES[sort]
      return orm
        .select({ id: devices.id, value: sql<string>`${value}` })
        .from(devices)
        .where(and(deviceCondition(query), isBehind(value, query)))
        .orderBy(...(sort === 'id' ? [] : [inOrder(value, order)]), inOrder(devices.id, order))
        .limit(limit)
        .all()
    },
    prepareRuns({ sort, order, size, now, ...filter }) {
      const run = orm
        .select({
          id: devices.id,
          value: sort === 'certificateEnds' ? endsAt(now.getTime()) : VALUES[sort],
          isWanted: sql<number>`${deviceCondition(filter) ?? sql`1`}`,
        })
        .from(devices)
        .where(and(deviceCondition(indexed(filter)), isPast(order, sql.placeholder('after'))))
        .orderBy(inOrder(devices.id, order))
        .limit(size)
        .prepare()
      return (after = ENDS[order]) => {
        // As SQLite has them: the query builder takes as long again for what it makes of them.
        const found = run.values({ after }) as unknown as readonly LookedAt[]
        const those = found.filter(([, , isWanted]) => isWanted === 1).map(([id, value]) => ({ id, value }))
        return { devices: those, last: found.length < size ? undefined : found.at(-1)?.[0] }
      }
    },
    listRows: (ids, now) => rows.all({ ids: JSON.stringify(ids), now: now.getTime() }).map(readRow),
    count: (filter) =>
      orm.select({ count: sql<number>`count(*)` }).from(devices).where(deviceCondition(filter)).get()?.count ?? 0,
  }
}

type Order = DeviceRuns['order']

type LookedAt = readonly [id: string, value: string | number | null, isWanted: number]

/** What an index finds of a filter. The rest makes a run no longer: all that is looked at counts. */
function indexed({ userId, state }: DeviceFilter): DeviceFilter {
  if (userId !== undefined) return { userId }
  return state === undefined ? {} : { state }
}

/** Before the first id, whichever way. */
const ENDS = { asc: '', desc: '\u{10ffff}' } as const satisfies Record<Order, string>

const VALUES = {
  id: devices.id,
  user: devices.userId,
  state: devices.state,
  lastSeen: devices.createdAt,
} as const satisfies Record<Exclude<DeviceSort, 'certificateEnds'>, unknown>

/** Of its certificates that are neither revoked nor replaced, the end of the one that ends last: from an index alone. */
function endsAt(now: number | ReturnType<typeof sql.placeholder>): SQL<number | null> {
  // Not as a column of drizzle's, which leaves out the name of an only table: certificates have an id too.
  return sql`(
    select max(not_after) from certificates
    where kind = 'device' and subject_id = devices.id and revoked_at is null and pending_since is null
      and (retires_at is null or retires_at > ${now}))`
}

function prepareRows({ orm }: Database) {
  return orm
    .select({
      ...DEVICE_COLUMNS,
      legacyUserName: legacyCredentials.userName,
      legacyEndsAt: legacyCredentials.endsAt,
      ends: endsAt(sql.placeholder('now')),
    })
    .from(devices)
    .leftJoin(legacyCredentials, eq(legacyCredentials.deviceId, devices.id))
    .where(sql`${devices.id} in (select value from json_each(${sql.placeholder('ids')}))`)
    .prepare()
}

type Row = ReturnType<ReturnType<typeof prepareRows>['all']>[number]

function readRow({ legacyUserName: userName, legacyEndsAt: endsAt, ends, ...device }: Row): StoredDeviceRow {
  return {
    ...device,
    legacy: userName === null || endsAt === null ? undefined : { userName, endsAt },
    certificateEnds: ends === null ? undefined : new Date(ends),
  }
}

function inOrder(column: (typeof VALUES)[keyof typeof VALUES], order: Order): SQL {
  return sql`${column} ${sql.raw(order)}`
}

function isPast(order: Order, id: string | ReturnType<typeof sql.placeholder> | undefined): SQL | undefined {
  return id === undefined ? undefined : sql`${devices.id} ${sql.raw(order === 'asc' ? '>' : '<')} ${id}`
}

function isBehind(
  value: (typeof VALUES)[DeviceKeyQuery['sort']],
  { sort, order, after }: DeviceKeyQuery,
): SQL | undefined {
  if (!after || sort === 'id') return isPast(order, after?.id)
  return sql`(${value}, ${devices.id}) ${sql.raw(order === 'asc' ? '>' : '<')} (${after.value}, ${after.id})`
}
