import type SQLite from 'better-sqlite3'
import type { RemovedIdentity } from './registry-losses.ts'

const RANGE = 2 ** 32
const LAST_CHARACTER = '\u{10FFFF}'

/** Drops what was stored for those who were removed since: a later device of that id inherits nothing. */
export function dropRemoved(sqlite: SQLite.Database, removed: readonly RemovedIdentity[]): void {
  const sessionsOf = sqlite.prepare<[string, string], { readonly sid: number; readonly client_id: string }>(
    'select sid, client_id from sessions where owner_kind = ? and owner_id = ?',
  )
  const dropQueue = sqlite.prepare('delete from queue where position > ? and position < ?')
  const dropBySession = ['incoming', 'subscriptions', 'sessions'].map((table) =>
    sqlite.prepare(`delete from ${table} where sid = ?`),
  )
  const dropWill = sqlite.prepare('delete from wills where client_id = ?')
  const dropRetained = sqlite.prepare('delete from retained where topic = ? or (topic > ? and topic < ?)')
  sqlite.transaction(() => {
    for (const { kind, id, userId } of removed) {
      for (const { sid, client_id: clientId } of sessionsOf.all(kind, id)) {
        dropQueue.run(sid * RANGE, (sid + 1) * RANGE)
        for (const statement of dropBySession) statement.run(sid)
        dropWill.run(clientId)
      }
      const topic = `users/${userId}/devices/${id}`
      if (userId !== null) dropRetained.run(topic, `${topic}/`, `${topic}/${LAST_CHARACTER}`)
    }
  })()
}
