import { foldId } from '../identifiers.ts'
import type { ServiceStore } from '../registry/ports.ts'
import type { Service } from '../registry/service.ts'
import { attachedNames } from './attached-names.ts'
import type { Database } from './database.ts'
import { asc, eq, gt, sql } from './drizzle.ts'
import { prepareLookUp } from './look-up.ts'
import { createPage } from './page.ts'
import { prepareRows } from './rows.ts'
import { servicePolicies, services } from './schema.ts'
import { createTransaction } from './transaction.ts'

export function createServiceStore(database: Database): ServiceStore {
  const { orm, sqlite } = database
  const transaction = createTransaction(database)
  const findByFoldedName = prepareLookUp<ServiceRow>(
    sqlite,
    selectServices(database).where(eq(services.foldedName, sql.placeholder('foldedName'))),
  )
  const findAfter = prepareRows<ServiceRow, 'after' | 'limit'>(
    sqlite,
    selectServices(database)
      .where(gt(services.name, sql.placeholder('after')))
      .orderBy(asc(services.name))
      .limit(sql.placeholder('limit')),
  )

  return {
    find(name) {
      const row = findByFoldedName(foldId(name))
      return row && readService(row)
    },
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
      const rows = findAfter({ after, limit: limit + 1 }).map(readService)
      return createPage(rows, limit, ({ name }) => name)
    },
  }
}

/** In the order in which they are selected. */
type ServiceRow = readonly [name: string, state: Service['state'], policies: string, createdAt: number]

function readService([name, state, policies, createdAt]: ServiceRow): Service {
  return { name, state, policies: JSON.parse(policies), createdAt: new Date(createdAt) }
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
