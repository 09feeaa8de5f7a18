import type { IdentityToken } from '../registry/identity-token.ts'
import type { IdentityTokenStore } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { and, eq, isNull, sql } from './drizzle.ts'
import { hidden } from './hidden-value.ts'
import { identityTokens } from './schema.ts'

export function createIdentityTokenStore({ orm }: Database): IdentityTokenStore {
  const { placeholder } = sql
  const { id, kind, subjectId, revokedAt } = identityTokens
  const ofSubject = and(eq(kind, placeholder('kind')), eq(subjectId, placeholder('subjectId')))
  const select = () => orm.select().from(identityTokens)
  const byId = select()
    .where(eq(id, placeholder('id')))
    .prepare()
  // The clock may stand still or be set back between two tokens.
  const bySubject = select()
    .where(and(eq(kind, hidden('kind')), eq(subjectId, hidden('subjectId'))))
    .orderBy(sql`rowid`)
    .prepare()
  const remove = orm.delete(identityTokens).where(ofSubject).prepare()

  return {
    find(tokenId) {
      const row = byId.get({ id: tokenId })
      return row && readIdentityToken(row)
    },
    insert: (token) => void orm.insert(identityTokens).values(token).run(),
    markRevoked(tokenId, at) {
      // The first revocation stands.
      const unrevoked = and(eq(id, tokenId), isNull(revokedAt))
      orm.update(identityTokens).set({ revokedAt: at }).where(unrevoked).run()
    },
    markUsed: (tokenId, lastUsedAt) => void orm.update(identityTokens).set({ lastUsedAt }).where(eq(id, tokenId)).run(),
    listOf: (ofKind, ofId) => bySubject.all({ kind: ofKind, subjectId: ofId }).map(readIdentityToken),
    deleteOf: (ofKind, ofId) => void remove.run({ kind: ofKind, subjectId: ofId }),
  }
}

function readIdentityToken(row: typeof identityTokens.$inferSelect): IdentityToken {
  return {
    ...row,
    replacesId: row.replacesId ?? undefined,
    expiresAt: row.expiresAt ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
  }
}
