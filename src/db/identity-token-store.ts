import type { IdentityToken } from '../registry/identity-token.ts'
import type { IdentityTokenStore } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { and, eq, isNull, sql } from './drizzle.ts'
import { hidden } from './hidden-value.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { prepareRowsOf } from './rows.ts'
import { identityTokens } from './schema.ts'

export function createIdentityTokenStore(database: Database): IdentityTokenStore {
  const { orm, sqlite } = database
  const { placeholder } = sql
  const { id, kind, subjectId, revokedAt } = identityTokens
  const ofSubject = and(eq(kind, placeholder('kind')), eq(subjectId, placeholder('subjectId')))
  const select = () => orm.select().from(identityTokens)
  const byId = prepareRowsOf<typeof identityTokens, 'id'>(
    sqlite,
    identityTokens,
    select().where(eq(id, placeholder('id'))),
  )
  // The clock may stand still or be set back between two tokens.
  const bySubject = prepareRowsOf<typeof identityTokens, 'kind' | 'subjectId'>(
    sqlite,
    identityTokens,
    select()
      .where(and(eq(kind, hidden('kind')), eq(subjectId, hidden('subjectId'))))
      .orderBy(sql`rowid`),
  )
  const relaxed = createRelaxedTransaction(database)
  const markUsed = sqlite.prepare<[number, string]>('update identity_tokens set last_used_at = ? where id = ?')
  const remove = orm.delete(identityTokens).where(ofSubject).prepare()

  return {
    find(tokenId) {
      const [row] = byId({ id: tokenId })
      return row && readIdentityToken(row)
    },
    insert: (token) => void orm.insert(identityTokens).values(token).run(),
    markRevoked(tokenId, at) {
      // The first revocation stands.
      const unrevoked = and(eq(id, tokenId), isNull(revokedAt))
      orm.update(identityTokens).set({ revokedAt: at }).where(unrevoked).run()
    },
    markUsed: (tokenId, lastUsedAt) => void relaxed(() => markUsed.run(lastUsedAt.getTime(), tokenId)),
    listOf: (ofKind, ofId) => bySubject({ kind: ofKind, subjectId: ofId }).map(readIdentityToken),
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
