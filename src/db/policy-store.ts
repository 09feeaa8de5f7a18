import type { PolicyStore } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { asc, eq, sql } from './drizzle.ts'
import { devicePolicies, policies, servicePolicies } from './schema.ts'

export function createPolicyStore(database: Database): PolicyStore {
  const { orm } = database
  const { byName, all, ofDevice, ofService } = prepareLookUps(database)

  return {
    find: (name) => byName.get({ name }),
    save: (policy) =>
      void orm.insert(policies).values(policy).onConflictDoUpdate({ target: policies.name, set: policy }).run(),
    delete: (name) => void orm.delete(policies).where(eq(policies.name, name)).run(),
    list: () => all.all(),
    isAttached: (name) => ofDevice.get({ name }) !== undefined || ofService.get({ name }) !== undefined,
  }
}

function prepareLookUps({ orm }: Database) {
  const name = sql.placeholder('name')
  const { policy: policyOfDevice } = devicePolicies
  const { policy: policyOfService } = servicePolicies
  return {
    byName: orm.select().from(policies).where(eq(policies.name, name)).prepare(),
    all: orm.select().from(policies).orderBy(asc(policies.name)).prepare(),
    ofDevice: orm.select({ policyOfDevice }).from(devicePolicies).where(eq(policyOfDevice, name)).limit(1).prepare(),
    ofService: orm
      .select({ policyOfService })
      .from(servicePolicies)
      .where(eq(policyOfService, name))
      .limit(1)
      .prepare(),
  }
}
