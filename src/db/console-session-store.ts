import type { ConsoleSession } from '../registry/console/console-session.ts'
import type { ConsoleSessionStore } from '../registry/console/ports.ts'
import type { Database } from './database.ts'
import { asc, eq, sql } from './drizzle.ts'
import { consoleSessions } from './schema-console.ts'

export function createConsoleSessionStore({ orm }: Database): ConsoleSessionStore {
  const byId = (id: string) => eq(consoleSessions.id, id)
  const findById = orm
    .select()
    .from(consoleSessions)
    .where(eq(consoleSessions.id, sql.placeholder('id')))
    .prepare()

  return {
    find(id) {
      const row = findById.get({ id })
      return row && readSession(row)
    },
    insert: (session) => void orm.insert(consoleSessions).values(session).run(),
    markUsed: (id, lastUsedAt) => void orm.update(consoleSessions).set({ lastUsedAt }).where(byId(id)).run(),
    delete: (id) => void orm.delete(consoleSessions).where(byId(id)).run(),
    list: () => orm.select().from(consoleSessions).orderBy(asc(consoleSessions.createdAt)).all().map(readSession),
  }
}

function readSession(row: typeof consoleSessions.$inferSelect): ConsoleSession {
  return { ...row, tokenId: row.tokenId ?? undefined }
}
