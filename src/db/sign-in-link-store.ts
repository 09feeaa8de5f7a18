import type { SignInLinkStore } from '../registry/console/ports.ts'
import type { Database } from './database.ts'
import { and, eq, isNull, lt, sql } from './drizzle.ts'
import { signInLinks } from './schema-console.ts'

export function createSignInLinkStore({ orm }: Database): SignInLinkStore {
  const findById = orm
    .select()
    .from(signInLinks)
    .where(eq(signInLinks.id, sql.placeholder('id')))
    .prepare()

  return {
    find(id) {
      const row = findById.get({ id })
      return row && { ...row, usedAt: row.usedAt ?? undefined }
    },
    insert: (link) => void orm.insert(signInLinks).values(link).run(),
    markUsed(id, usedAt) {
      const unused = and(eq(signInLinks.id, id), isNull(signInLinks.usedAt))
      orm.update(signInLinks).set({ usedAt }).where(unused).run()
    },
    deleteEnded: (before) => void orm.delete(signInLinks).where(lt(signInLinks.expiresAt, before)).run(),
  }
}
