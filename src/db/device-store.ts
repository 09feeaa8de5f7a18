import type { SQL, SQLWrapper } from 'drizzle-orm'
import { foldId, readCertificateNames } from '../identifiers.ts'
import type { Device } from '../registry/device.ts'
import type { DeviceStore } from '../registry/ports.ts'
import { attachedNames } from './attached-names.ts'
import type { Database } from './database.ts'
import { and, asc, eq, gt, or, sql } from './drizzle.ts'
import { prepareLookUp } from './look-up.ts'
import { createPage } from './page.ts'
import { certificates, deviceClientIds, devicePolicies, devices } from './schema.ts'
import { createTransaction } from './transaction.ts'
import { createUserStore } from './user-store.ts'

export function createDeviceStore(database: Database): DeviceStore {
  const transaction = createTransaction(database)
  const users = createUserStore(database)
  const { findByFoldedId, findByClientId } = prepareLookUps(database)
  const { upsert, remove, detachPolicies, attachPolicy, detachClientIds, attachClientId } = prepareWrites(database)

  return {
    find(id) {
      const row = findByFoldedId(foldId(id))
      return row && readDevice(row)
    },
    findByClientId(clientId) {
      const row = findByClientId(clientId)
      return row && readDevice(row)
    },
    findUser: users.find,
    save({ policies, clientIds, ...device }) {
      const { id, userId, state, createdAt } = device
      transaction(() => {
        users.ensure(userId)
        upsert.run(id, foldId(id), userId, state, createdAt.getTime())
        detachPolicies.run(id)
        detachClientIds.run(id)
        for (const [position, policy] of policies.entries()) attachPolicy.run(id, position, policy)
        for (const [position, clientId] of clientIds.entries()) attachClientId.run(id, position, clientId)
      })
    },
    delete: (id) => void remove.run(id),
    list(query) {
      const rows = selectDevices(database)
        .where(and(gt(devices.id, query.after ?? ''), deviceCondition(query)))
        .orderBy(asc(devices.id))
        .limit(query.limit + 1)
        .all()
      return createPage(rows, query.limit, ({ id }) => id)
    },
  }
}

function prepareLookUps(database: Database) {
  // Not by a join: SQLite plans a join with a bound value anew at each execution (STAT4), ten times the cost.
  const holder = database.orm
    .select({ deviceId: deviceClientIds.deviceId })
    .from(deviceClientIds)
    .where(eq(deviceClientIds.clientId, sql.placeholder('clientId')))
  return {
    findByFoldedId: prepareLookUp<DeviceRow>(
      database.sqlite,
      selectDevices(database).where(eq(devices.foldedId, sql.placeholder('foldedId'))),
    ),
    findByClientId: prepareLookUp<DeviceRow>(database.sqlite, selectDevices(database).where(eq(devices.id, holder))),
  }
}

/** In the order of `DEVICE_COLUMNS`. */
export type DeviceRow = readonly [
  id: string,
  userId: string,
  state: Device['state'],
  policies: string,
  clientIds: string,
  createdAt: number,
]

export function readDevice([id, userId, state, policies, clientIds, createdAt]: DeviceRow): Device {
  return {
    id,
    userId,
    state,
    policies: JSON.parse(policies),
    clientIds: JSON.parse(clientIds),
    createdAt: new Date(createdAt),
  }
}

export const DEVICE_COLUMNS = {
  id: devices.id,
  userId: devices.userId,
  state: devices.state,
  policies: attachedNames(devicePolicies, devicePolicies.policy, eq(devicePolicies.deviceId, devices.id)),
  clientIds: attachedNames(deviceClientIds, deviceClientIds.clientId, eq(deviceClientIds.deviceId, devices.id)),
  createdAt: devices.createdAt,
}

function selectDevices({ orm }: Database) {
  return orm.select(DEVICE_COLUMNS).from(devices)
}

/** Not through the query builder: to fill in a statement costs it more than SQLite takes. */
function prepareWrites({ sqlite }: Database) {
  return {
    upsert: sqlite.prepare<[string, string, string, Device['state'], number]>(
      `insert into devices (id, folded_id, user_id, state, created_at) values (?, ?, ?, ?, ?)
       on conflict (id) do update set user_id = excluded.user_id, state = excluded.state, created_at = excluded.created_at`,
    ),
    remove: sqlite.prepare<[string]>('delete from devices where id = ?'),
    detachPolicies: sqlite.prepare<[string]>('delete from device_policies where device_id = ?'),
    attachPolicy: sqlite.prepare<[string, number, string]>(
      'insert into device_policies (device_id, position, policy) values (?, ?, ?)',
    ),
    detachClientIds: sqlite.prepare<[string]>('delete from device_client_ids where device_id = ?'),
    attachClientId: sqlite.prepare<[string, number, string]>(
      'insert into device_client_ids (device_id, position, client_id) values (?, ?, ?)',
    ),
  }
}

// https://sqlite.org/optoverview.html §3.1: behind "+" a column takes no part in the choice of an index. A user has fewer
// devices than a state has.
function isOfState(state: Wanted, isOfUser: boolean): SQL {
  return isOfUser ? sql`+${devices.state} = ${state}` : sql`${devices.state} = ${state}`
}

/** A value, or a placeholder for it. */
type Wanted = string | SQLWrapper

interface DeviceTerms {
  readonly search?: string | undefined
  readonly state?: Wanted | undefined
  readonly userId?: Wanted | undefined
}

/** What the filter lets through. */
export function deviceCondition({ search, state, userId }: DeviceTerms): SQL | undefined {
  return and(
    search === undefined ? undefined : matches(search),
    state === undefined ? undefined : isOfState(state, userId !== undefined),
    userId === undefined ? undefined : eq(devices.userId, userId),
  )
}

function matches(search: string): SQL | undefined {
  return or(contains(devices.id, search), contains(devices.userId, search), ...holdsCertificate(search))
}

function holdsCertificate(search: string): readonly SQL[] {
  const { fingerprint, serialNumber } = readCertificateNames(search)
  const those = [
    ...(fingerprint === undefined ? [] : [eq(certificates.fingerprint, fingerprint)]),
    ...(serialNumber === undefined ? [] : [eq(certificates.serialNumber, serialNumber)]),
  ]
  return those.map((named) => {
    const holders = sql`select ${certificates.subjectId} from ${certificates} where ${named}`
    return sql`${devices.id} in (${holders} and ${certificates.kind} = 'device')`
  })
}

// LIKE ignores the case of ASCII letters, and ids have no others.
function contains(column: typeof devices.id | typeof devices.userId, part: string): SQL {
  return sql`${column} like ${`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`} escape '\\'`
}
