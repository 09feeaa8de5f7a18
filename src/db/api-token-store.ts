import type { ApiToken, Role } from '../registry/api-token.ts'
import type { ApiTokenStore } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { and, asc, eq, isNull, sql } from './drizzle.ts'
import { prepareLookUp } from './look-up.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { prepareRows } from './rows.ts'
import { apiTokens } from './schema.ts'

export function createApiTokenStore(database: Database): ApiTokenStore {
  const { orm, sqlite } = database
  const relaxed = createRelaxedTransaction(database)
  const markUsed = sqlite.prepare<[number, string]>('update api_tokens set last_used_at = ? where id = ?')
  const byId = orm
    .select()
    .from(apiTokens)
    .where(eq(apiTokens.id, sql.placeholder('id')))
  // Asked with every request.
  const findById = prepareLookUp<TokenRow>(sqlite, byId)
  const inOrder = orm.select().from(apiTokens).orderBy(asc(apiTokens.createdAt), sql`rowid`)
  const all = prepareRows<TokenRow, never>(sqlite, inOrder)

  return {
    find(id) {
      const row = findById(id)
      return row && readTokenRow(row)
    },
    insert: (token) => void orm.insert(apiTokens).values(token).run(),
    markRevoked(id, revokedAt) {
      // The first revocation stands.
      const unrevoked = and(eq(apiTokens.id, id), isNull(apiTokens.revokedAt))
      orm.update(apiTokens).set({ revokedAt }).where(unrevoked).run()
    },
    markUsed: (id, lastUsedAt) => void relaxed(() => markUsed.run(lastUsedAt.getTime(), id)),
    list: () => all({}).map(readTokenRow),
  }
}

/** In the order of the table. */
type TokenRow = readonly [
  id: string,
  name: string,
  role: Role,
  secretHash: Buffer,
  createdAt: number,
  expiresAt: number | null,
  lastUsedAt: number | null,
  revokedAt: number | null,
]

function readTokenRow([id, name, role, secretHash, createdAt, ...times]: TokenRow): ApiToken {
  const [expiresAt, lastUsedAt, revokedAt] = times.map((time) => (time === null ? undefined : new Date(time)))
  return { id, name, role, secretHash, createdAt: new Date(createdAt), expiresAt, lastUsedAt, revokedAt }
}
