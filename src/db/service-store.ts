import { foldId } from '../identifiers.ts'
import type { ServiceStore } from '../registry/ports.ts'
import { attachedNames } from './attached-names.ts'
import type { Database } from './database.ts'
import { asc, eq, gt, sql } from './drizzle.ts'
import { createPage } from './page.ts'
import { servicePolicies, services } from './schema.ts'
import { createTransaction } from './transaction.ts'

export function createServiceStore(database: Database): ServiceStore {
  const { orm } = database
  const transaction = createTransaction(database)
  const findByFoldedName = selectServices(database)
    .where(eq(services.foldedName, sql.placeholder('foldedName')))
    .prepare()

  return {
    find: (name) => findByFoldedName.get({ foldedName: foldId(name) }),
    save({ policies, ...service }) {
      const row = { ...service, foldedName: foldId(service.name) }
      transaction(() => {
        orm.insert(services).values(row).onConflictDoUpdate({ target: services.name, set: row }).run()
        orm.delete(servicePolicies).where(eq(servicePolicies.service, service.name)).run()
        for (const [position, policy] of policies.entries()) {
          orm.insert(servicePolicies).values({ service: service.name, position, policy }).run()
        }
      })
    },
    delete: (name) => void orm.delete(services).where(eq(services.name, name)).run(),
    list({ limit, after = '' }) {
      const rows = selectServices(database)
        .where(gt(services.name, after))
        .orderBy(asc(services.name))
        .limit(limit + 1)
        .all()
      return createPage(rows, limit, ({ name }) => name)
    },
  }
}

function selectServices({ orm }: Database) {
  return orm
    .select({
      name: services.name,
      state: services.state,
      policies: attachedNames(servicePolicies, servicePolicies.policy, eq(servicePolicies.service, services.name)),
      createdAt: services.createdAt,
    })
    .from(services)
}
