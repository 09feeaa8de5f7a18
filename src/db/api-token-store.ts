import type { ApiToken } from '../registry/api-token.ts'
import type { ApiTokenStore } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { and, asc, eq, isNull, sql } from './drizzle.ts'
import { apiTokens } from './schema.ts'

export function createApiTokenStore({ orm }: Database): ApiTokenStore {
  const findById = orm
    .select()
    .from(apiTokens)
    .where(eq(apiTokens.id, sql.placeholder('id')))
    .prepare()

  return {
    find(id) {
      const row = findById.get({ id })
      return row && readApiToken(row)
    },
    insert: (token) => void orm.insert(apiTokens).values(token).run(),
    markRevoked(id, revokedAt) {
      // The first revocation stands.
      const unrevoked = and(eq(apiTokens.id, id), isNull(apiTokens.revokedAt))
      orm.update(apiTokens).set({ revokedAt }).where(unrevoked).run()
    },
    markUsed: (id, lastUsedAt) => void orm.update(apiTokens).set({ lastUsedAt }).where(eq(apiTokens.id, id)).run(),
    list: () => orm.select().from(apiTokens).orderBy(asc(apiTokens.createdAt), sql`rowid`).all().map(readApiToken),
  }
}

function readApiToken(row: typeof apiTokens.$inferSelect): ApiToken {
  return {
    ...row,
    expiresAt: row.expiresAt ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
  }
}
