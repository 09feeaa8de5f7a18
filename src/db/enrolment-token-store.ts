import type { EnrolmentToken } from '../registry/enrolment/enrolment-token.ts'
import type { EnrolmentTokenStore } from '../registry/enrolment/ports.ts'
import type { Database } from './database.ts'
import { and, eq, isNull, sql } from './drizzle.ts'
import { prepareRowsOf } from './rows.ts'
import { enrolmentTokens } from './schema-enrolment.ts'

export function createEnrolmentTokenStore({ orm, sqlite }: Database): EnrolmentTokenStore {
  const { id, uses, revokedAt } = enrolmentTokens
  const select = () => orm.select().from(enrolmentTokens)
  const byId = select()
    .where(eq(id, sql.placeholder('id')))
    .prepare()
  const all = prepareRowsOf<typeof enrolmentTokens, never>(sqlite, enrolmentTokens, select().orderBy(sql`rowid`))

  return {
    find(tokenId) {
      const row = byId.get({ id: tokenId })
      return row && readEnrolmentToken(row)
    },
    insert: (token) => void orm.insert(enrolmentTokens).values(token).run(),
    markRevoked(tokenId, at) {
      // The first revocation stands.
      const unrevoked = and(eq(id, tokenId), isNull(revokedAt))
      orm.update(enrolmentTokens).set({ revokedAt: at }).where(unrevoked).run()
    },
    markUsed(tokenId, lastUsedAt) {
      orm
        .update(enrolmentTokens)
        .set({ uses: sql`${uses} + 1`, lastUsedAt })
        .where(eq(id, tokenId))
        .run()
    },
    list: () => all({}).map(readEnrolmentToken),
  }
}

function readEnrolmentToken(row: typeof enrolmentTokens.$inferSelect): EnrolmentToken {
  return {
    ...row,
    userId: row.userId ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
  }
}
