import type { SQL } from 'drizzle-orm'
import { foldId, readCertificateNames } from '../identifiers.ts'
import type { DeviceFilter, DeviceStore } from '../registry/ports.ts'
import { attachedNames } from './attached-names.ts'
import type { Database } from './database.ts'
import { and, asc, eq, gt, or, sql } from './drizzle.ts'
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
    find: (id) => findByFoldedId.get({ foldedId: foldId(id) }),
    findByClientId: (clientId) => findByClientId.get({ clientId }),
    save({ policies, clientIds, ...device }) {
      const { id } = device
      transaction(() => {
        users.ensure(device.userId)
        upsert.run({ ...device, foldedId: foldId(id) })
        detachPolicies.run({ id })
        detachClientIds.run({ id })
        for (const [position, policy] of policies.entries()) attachPolicy.run({ id, position, policy })
        for (const [position, clientId] of clientIds.entries()) attachClientId.run({ id, position, clientId })
      })
    },
    delete: (id) => void remove.run({ id }),
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
    findByFoldedId: selectDevices(database)
      .where(eq(devices.foldedId, sql.placeholder('foldedId')))
      .prepare(),
    findByClientId: selectDevices(database).where(eq(devices.id, holder)).prepare(),
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

function prepareWrites({ orm }: Database) {
  const { placeholder } = sql
  const [id, position] = [placeholder('id'), placeholder('position')]
  const row = {
    foldedId: placeholder('foldedId'),
    userId: placeholder('userId'),
    state: placeholder('state'),
    createdAt: placeholder('createdAt'),
  }
  const replaced = { userId: sql`excluded.user_id`, state: sql`excluded.state`, createdAt: sql`excluded.created_at` }
  const policy = { deviceId: id, position, policy: placeholder('policy') }
  const clientId = { deviceId: id, position, clientId: placeholder('clientId') }
  return {
    upsert: orm
      .insert(devices)
      .values({ id, ...row })
      .onConflictDoUpdate({ target: devices.id, set: replaced })
      .prepare(),
    remove: orm.delete(devices).where(eq(devices.id, id)).prepare(),
    detachPolicies: orm.delete(devicePolicies).where(eq(devicePolicies.deviceId, id)).prepare(),
    attachPolicy: orm.insert(devicePolicies).values(policy).prepare(),
    detachClientIds: orm.delete(deviceClientIds).where(eq(deviceClientIds.deviceId, id)).prepare(),
    attachClientId: orm.insert(deviceClientIds).values(clientId).prepare(),
  }
}

// https://sqlite.org/optoverview.html §3.1: behind "+" a column takes no part in the choice of an index. A user has fewer
// devices than a state has.
function isOfState(state: string, isOfUser: boolean): SQL {
  return isOfUser ? sql`+${devices.state} = ${state}` : sql`${devices.state} = ${state}`
}

/** What the filter lets through. */
export function deviceCondition({ search, state, userId }: DeviceFilter): SQL | undefined {
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
