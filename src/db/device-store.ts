import type { SQL } from 'drizzle-orm'
import { foldId } from '../identifiers.ts'
import type { DeviceQuery, DeviceStore } from '../registry/ports.ts'
import { attachedNames } from './attached-names.ts'
import type { Database } from './database.ts'
import { and, asc, eq, gt, or, sql } from './drizzle.ts'
import { createPage } from './page.ts'
import { deviceClientIds, devicePolicies, devices } from './schema.ts'
import { createTransaction } from './transaction.ts'
import { ensureUser } from './user.ts'

export function createDeviceStore(database: Database): DeviceStore {
  const { orm } = database
  const transaction = createTransaction(database)
  const { findByFoldedId, findByClientId } = prepareLookUps(database)

  return {
    find: (id) => findByFoldedId.get({ foldedId: foldId(id) }),
    findByClientId: (clientId) => findByClientId.get({ clientId }),
    save({ policies, clientIds, ...device }) {
      const deviceId = device.id
      const row = { ...device, foldedId: foldId(deviceId) }
      transaction(() => {
        ensureUser(database, device.userId)
        orm.insert(devices).values(row).onConflictDoUpdate({ target: devices.id, set: row }).run()
        orm.delete(devicePolicies).where(eq(devicePolicies.deviceId, deviceId)).run()
        orm.delete(deviceClientIds).where(eq(deviceClientIds.deviceId, deviceId)).run()
        for (const [position, policy] of policies.entries()) {
          orm.insert(devicePolicies).values({ deviceId, position, policy }).run()
        }
        for (const [position, clientId] of clientIds.entries()) {
          orm.insert(deviceClientIds).values({ deviceId, position, clientId }).run()
        }
      })
    },
    delete: (id) => void orm.delete(devices).where(eq(devices.id, id)).run(),
    list(query) {
      const rows = selectDevices(database)
        .where(conditionOf(query))
        .orderBy(asc(devices.id))
        .limit(query.limit + 1)
        .all()
      return createPage(rows, query.limit, ({ id }) => id)
    },
  }
}

function prepareLookUps(database: Database) {
  return {
    findByFoldedId: selectDevices(database)
      .where(eq(devices.foldedId, sql.placeholder('foldedId')))
      .prepare(),
    findByClientId: selectDevices(database)
      .innerJoin(deviceClientIds, eq(deviceClientIds.deviceId, devices.id))
      .where(eq(deviceClientIds.clientId, sql.placeholder('clientId')))
      .prepare(),
  }
}

function selectDevices({ orm }: Database) {
  return orm
    .select({
      id: devices.id,
      userId: devices.userId,
      state: devices.state,
      policies: attachedNames(devicePolicies, devicePolicies.policy, eq(devicePolicies.deviceId, devices.id)),
      clientIds: attachedNames(deviceClientIds, deviceClientIds.clientId, eq(deviceClientIds.deviceId, devices.id)),
      createdAt: devices.createdAt,
    })
    .from(devices)
}

function conditionOf({ after = '', search, state, userId }: DeviceQuery): SQL | undefined {
  return and(
    gt(devices.id, after),
    search === undefined ? undefined : or(contains(devices.id, search), contains(devices.userId, search)),
    state === undefined ? undefined : eq(devices.state, state),
    userId === undefined ? undefined : eq(devices.userId, userId),
  )
}

// LIKE ignores the case of ASCII letters, and ids have no others.
function contains(column: typeof devices.id | typeof devices.userId, part: string): SQL {
  return sql`${column} like ${`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`} escape '\\'`
}
