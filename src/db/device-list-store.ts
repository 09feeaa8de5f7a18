import type { DeviceKeyQuery, DeviceListStore, DeviceSelection } from '../registry/device-list.ts'
import type { Database } from './database.ts'
import { DEVICE_COLUMNS, deviceCondition } from './device-store.ts'
import { and, eq, inArray, type SQL, sql } from './drizzle.ts'
import { devices, legacyCredentials } from './schema.ts'

/** Keys first, by an index where there is one; then the rows of the page alone. */
export function createDeviceListStore(database: Database): DeviceListStore {
  const { orm, sqlite } = database
  return {
    listKeys(query) {
      const value = sortedBy(query)
      const direction = sql.raw(query.order)
      return orm
        .select({ id: devices.id, value })
        .from(devices)
        .where(and(conditionOf(query), isBehind(value, query)))
        .orderBy(...(query.sort === 'id' ? [] : [sql`${value} ${direction}`]), sql`${devices.id} ${direction}`)
        .limit(query.limit)
        .all()
    },
    listIds(selection) {
      const ids = orm
        .select({ id: devices.id, createdAt: devices.createdAt })
        .from(devices)
        .where(conditionOf(selection))
        .orderBy(devices.id)
        .toSQL()
      // As SQLite has them: an object for each of all devices takes three times as long.
      return sqlite
        .prepare<unknown[], readonly [string, number]>(ids.sql)
        .raw()
        .all(...ids.params)
    },
    listRows(ids, now) {
      const rows = orm
        .select({
          ...DEVICE_COLUMNS,
          legacyUserName: legacyCredentials.userName,
          legacyEndsAt: legacyCredentials.endsAt,
          ends: sql<number | null>`${endOf(now)}`,
        })
        .from(devices)
        .leftJoin(legacyCredentials, eq(legacyCredentials.deviceId, devices.id))
        .where(inArray(devices.id, [...ids]))
        .all()
      return rows.map(({ legacyUserName: userName, legacyEndsAt: endsAt, ends, ...device }) => ({
        ...device,
        legacy: userName === null || endsAt === null ? undefined : { userName, endsAt },
        certificateEnds: ends === null ? undefined : new Date(ends),
      }))
    },
    count: (selection) =>
      orm.select({ count: sql<number>`count(*)` }).from(devices).where(conditionOf(selection)).get()?.count ?? 0,
  }
}

function conditionOf({ among, ...filter }: DeviceSelection): SQL | undefined {
  if (!among) return deviceCondition(filter)
  const ids = sql`(select value from json_each(${JSON.stringify(among.ids)}))`
  const isWanted = among.isIn ? sql`${devices.id} in ${ids}` : sql`${devices.id} not in ${ids}`
  return and(deviceCondition(filter), isWanted)
}

/** Of its certificates that are neither revoked nor replaced, the end of the one that ends last: from an index alone. */
function endOf(now: Date): SQL {
  // Not as a column of drizzle's, which leaves out the name of an only table: certificates have an id too.
  return sql`(
    select max(not_after) from certificates
    where kind = 'device' and subject_id = devices.id and revoked_at is null and pending_since is null
      and (retires_at is null or retires_at > ${now.getTime()}))`
}

function sortedBy({ sort, order, now }: DeviceKeyQuery): SQL<string | number> {
  switch (sort) {
    case 'id':
      return sql`${devices.id}`
    case 'user':
      return sql`${devices.userId}`
    case 'state':
      return sql`${devices.state}`
    case 'certificateEnds':
      return sql`coalesce(${endOf(now)}, ${order === 'asc' ? Number.MAX_SAFE_INTEGER : -1})`
  }
}

function isBehind(value: SQL, { sort, order, after }: DeviceKeyQuery): SQL | undefined {
  if (!after) return undefined
  const sign = sql.raw(order === 'asc' ? '>' : '<')
  if (sort === 'id') return sql`${devices.id} ${sign} ${after.id}`
  return sql`(${value}, ${devices.id}) ${sign} (${after.value}, ${after.id})`
}
