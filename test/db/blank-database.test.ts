import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { blankDatabase } from '../../src/db/blank-database.ts'
import { openDatabase } from '../../src/db/database.ts'
import { applyMigrations, readMigrations } from '../../src/db/migrations.ts'
import { migrationsFolder } from '../../src/db/migrations-folder.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeMigrations } from './migrations-folder.ts'

describe.each(['registry', 'mqtt'] as const)('a new database of %s', (name) => {
  const folder = migrationsFolder(name)
  const made = new SQLite(':memory:')
  applyMigrations(made, readMigrations(folder))
  const expected = contentOf(made)

  test('is in memory what its migrations make', () => {
    using database = openDatabase({ migrationsFolder: folder })
    expect(contentOf(database.sqlite)).toStrictEqual(expected)
  })

  test('is in a file what its migrations make', async () => {
    await using place = await temporaryFolder()
    using database = openDatabase({ file: join(place.path, 'new.db'), migrationsFolder: folder })
    expect(contentOf(database.sqlite)).toStrictEqual(expected)
  })
})

test('a blank is made once, and another for other migrations', async () => {
  await using place = await temporaryFolder()
  const blankOf = (...migrations: (readonly string[])[]): Buffer =>
    blankDatabase(readMigrations(writeMigrations(join(place.path, 'drizzle'), migrations)))
  const owners = blankOf(['create table owners (id text)'])
  expect(blankOf(['create table owners (id text)'])).toBe(owners)
  const both = blankOf(['create table owners (id text)'], ['create table pets (id text)'])
  expect(tablesOf(owners)).not.toContain('pets')
  expect(tablesOf(both)).toContain('pets')
})

/** All that SQLite keeps of its tables and settings, and every row. */
function contentOf(sqlite: SQLite.Database) {
  const schema = sqlite.prepare('select type, name, tbl_name, rootpage, sql from sqlite_schema').all()
  const tables = sqlite.prepare<[], string>("select name from sqlite_schema where type = 'table'").pluck().all()
  const rows = tables.map((name) => [name, sqlite.prepare(`select * from "${name}"`).all()])
  const settings = ['encoding', 'page_size', 'auto_vacuum', 'application_id', 'user_version', 'foreign_key_check']
  return { schema, rows, settings: settings.map((name) => [name, sqlite.pragma(name)]) }
}

function tablesOf(blank: Buffer): readonly string[] {
  using stack = new DisposableStack()
  const sqlite = stack.adopt(new SQLite(blank), (opened) => opened.close())
  return sqlite.prepare<[], string>("select name from sqlite_schema where type = 'table'").pluck().all()
}
