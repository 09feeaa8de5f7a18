import type { Role } from '../registry/api-token.ts'
import type { ConsoleSession, SignInWay } from '../registry/console/console-session.ts'
import type { ConsoleSessionStore } from '../registry/console/ports.ts'
import type { Database } from './database.ts'
import { asc, eq, sql } from './drizzle.ts'
import { prepareLookUp } from './look-up.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { prepareRows } from './rows.ts'
import { consoleSessions } from './schema-console.ts'

export function createConsoleSessionStore(database: Database): ConsoleSessionStore {
  const { orm, sqlite } = database
  const relaxed = createRelaxedTransaction(database)
  const select = () => orm.select().from(consoleSessions)
  // Asked with every request of the console.
  const findById = prepareLookUp<SessionRow>(sqlite, select().where(eq(consoleSessions.id, sql.placeholder('id'))))
  const all = prepareRows<SessionRow, never>(sqlite, select().orderBy(asc(consoleSessions.createdAt)))
  const markUsed = sqlite.prepare<[number, string]>('update console_sessions set last_used_at = ? where id = ?')

  return {
    find(id) {
      const row = findById(id)
      return row && readSession(row)
    },
    insert: (session) => void orm.insert(consoleSessions).values(session).run(),
    markUsed: (id, lastUsedAt) => void relaxed(() => markUsed.run(lastUsedAt.getTime(), id)),
    delete: (id) => void orm.delete(consoleSessions).where(eq(consoleSessions.id, id)).run(),
    list: () => all({}).map(readSession),
  }
}

/** In the order of the table. */
type SessionRow = readonly [
  id: string,
  name: string,
  role: Role,
  via: SignInWay,
  tokenId: string | null,
  secretHash: Buffer,
  createdAt: number,
  lastUsedAt: number,
]

function readSession([id, name, role, via, tokenId, secretHash, createdAt, lastUsedAt]: SessionRow): ConsoleSession {
  return {
    id,
    name,
    role,
    via,
    tokenId: tokenId ?? undefined,
    secretHash,
    createdAt: new Date(createdAt),
    lastUsedAt: new Date(lastUsedAt),
  }
}
