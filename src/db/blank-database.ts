import SQLite from 'better-sqlite3'
import { applyMigrations, type Migration } from './migrations.ts'

const blanks = new Map<string, Buffer>()

/**
 * The bytes of a database that these migrations made and that holds nothing yet. Made once in a process: tests, ours and
 * those of programs that embed a hub, open hundreds of databases, and to copy the first costs a twentieth of making another.
 */
export function blankDatabase(migrations: readonly Migration[]): Buffer {
  const key = migrations.map(({ hash, createdAt }) => `${createdAt} ${hash}`).join()
  const blank = blanks.get(key) ?? makeBlank(migrations)
  blanks.set(key, blank)
  return blank
}

function makeBlank(migrations: readonly Migration[]): Buffer {
  using stack = new DisposableStack()
  const sqlite = stack.adopt(new SQLite(':memory:'), (opened) => opened.close())
  applyMigrations(sqlite, migrations)
  return sqlite.serialize()
}
