import { foldId } from '../identifiers.ts'
import type { Administrator } from '../registry/administrator.ts'
import type { AdministratorStore } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { asc, eq, sql } from './drizzle.ts'
import { administrators } from './schema.ts'

export function createAdministratorStore({ orm }: Database): AdministratorStore {
  const findByFoldedName = orm
    .select()
    .from(administrators)
    .where(eq(administrators.foldedName, sql.placeholder('foldedName')))
    .prepare()

  return {
    find(name) {
      const row = findByFoldedName.get({ foldedName: foldId(name) })
      return row && readAdministrator(row)
    },
    save(administrator) {
      const row = { ...administrator, foldedName: foldId(administrator.name) }
      orm.insert(administrators).values(row).onConflictDoUpdate({ target: administrators.name, set: row }).run()
    },
    list: () => orm.select().from(administrators).orderBy(asc(administrators.name)).all().map(readAdministrator),
  }
}

function readAdministrator({ foldedName: _, ...row }: typeof administrators.$inferSelect): Administrator {
  return row
}
