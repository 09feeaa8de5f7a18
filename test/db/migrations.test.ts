import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeMigrations } from './migrations-folder.ts'
import { startProcess } from './process.ts'

const FIRST = [
  'create table owners (id text primary key not null)',
  'create table pets (id text primary key not null, owner text not null references owners (id) on delete cascade)',
]
const SECOND = ['alter table owners add column city text']
// What drizzle-kit generates for a column that SQLite cannot alter.
const REBUILD = [
  'PRAGMA foreign_keys=OFF',
  'create table __new_owners (id text primary key not null, city text)',
  'insert into __new_owners (id) select id from owners',
  'drop table owners',
  'alter table __new_owners rename to owners',
  'PRAGMA foreign_keys=ON',
]

describe('a database with pending migrations', () => {
  test('is migrated before it is handed out, and copied beside itself first', async () => {
    await using folder = await temporaryFolder()
    const { file, open } = createSituation(folder.path)
    fill(open([FIRST]))
    open([FIRST, SECOND])[Symbol.dispose]()
    expect(columnsOf(file, 'owners')).toStrictEqual(['id', 'city'])
    const copy = `${file}.before-1`
    expect(columnsOf(copy, 'owners')).toStrictEqual(['id'])
    expect(rowsOf(copy, 'pets')).toStrictEqual(['rex'])
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder.path).filter((name) => name !== 'drizzle')).toStrictEqual(['hub.db', 'hub.db.before-1'])
  })

  test('runs as before from its copy, with the version that wrote it', async () => {
    await using folder = await temporaryFolder()
    const { file, open, openFile } = createSituation(folder.path)
    fill(open([FIRST]))
    open([FIRST, SECOND])[Symbol.dispose]()
    openFile(`${file}.before-1`, [FIRST])[Symbol.dispose]()
    expect(rowsOf(`${file}.before-1`, 'owners')).toStrictEqual(['ann'])
  })

  test('keeps the rows that refer to a table which is rebuilt', async () => {
    await using folder = await temporaryFolder()
    const { file, open } = createSituation(folder.path)
    fill(open([FIRST]))
    using database = open([FIRST, REBUILD])
    expect(rowsOf(file, 'pets')).toStrictEqual(['rex'])
    expect(database.sqlite.pragma('foreign_keys', { simple: true })).toBe(1)
  })

  for (const { name, broken } of [
    { name: 'fails half way', broken: [SECOND, ['create table toys (id text)', 'create table toys (id text)']] },
    { name: 'leaves a row that refers to nothing', broken: [SECOND, ['delete from owners']] },
  ]) {
    test(`is left as it was by a migration that ${name}, and migrated by one that does not`, async () => {
      await using folder = await temporaryFolder()
      const { file, open } = createSituation(folder.path)
      fill(open([FIRST]))
      const before = readFileSync(file)
      expect(() => open([FIRST, ...broken])).toThrow()
      expect(columnsOf(file, 'owners')).toStrictEqual(['id'])
      expect(rowsOf(file, 'owners')).toStrictEqual(['ann'])
      expect(readFileSync(file).equals(before)).toBe(true)
      open([FIRST, SECOND])[Symbol.dispose]()
      expect(columnsOf(file, 'owners')).toStrictEqual(['id', 'city'])
    })
  }

  test('is migrated again from the beginning after kill -9 in the middle of a migration', async () => {
    await using folder = await temporaryFolder()
    const { file, open } = createSituation(folder.path)
    fill(open([FIRST]))
    const endless = [
      ...SECOND,
      'create table ballast (bytes blob)',
      'with recursive n (x) as (select 1 union all select x + 1 from n) insert into ballast select zeroblob(4000) from n',
    ]
    const migrationsFolder = writeMigrations(join(folder.path, 'drizzle'), [FIRST, endless])
    await using hub = startProcess(`
      const { openDatabase } = await import(src('db/database.ts'))
      openDatabase(${JSON.stringify({ file, migrationsFolder })})
    `)
    // What no longer fits into SQLite's cache is written to the log before the commit.
    await becomesLarger(folder.path, 'hub.db-wal', 1_000_000)
    await hub.kill()
    expect(existsSync(`${file}.before-1`)).toBe(true)
    open([FIRST, SECOND])[Symbol.dispose]()
    expect(columnsOf(file, 'owners')).toStrictEqual(['id', 'city'])
    expect(rowsOf(file, 'pets')).toStrictEqual(['rex'])
    expect(tablesOf(file)).not.toContain('ballast')
    expect(columnsOf(`${file}.before-1`, 'owners')).toStrictEqual(['id'])
  })

  test('is copied again over the half of a copy that a kill left', async () => {
    await using folder = await temporaryFolder()
    const { file, open } = createSituation(folder.path)
    fill(open([FIRST]))
    writeFileSync(`${file}.before-1.new`, 'half of a copy')
    open([FIRST, SECOND])[Symbol.dispose]()
    expect(rowsOf(`${file}.before-1`, 'pets')).toStrictEqual(['rex'])
    expect(existsSync(`${file}.before-1.new`)).toBe(false)
  })

  test('is not touched when the copy cannot be made', async () => {
    await using folder = await temporaryFolder()
    const { file, open } = createSituation(folder.path)
    fill(open([FIRST]))
    mkdirSync(`${file}.before-1`)
    writeFileSync(join(`${file}.before-1`, 'in the way'), '')
    expect(() => open([FIRST, SECOND])).toThrow(expect.objectContaining({ code: 'file_unreachable' }))
    expect(columnsOf(file, 'owners')).toStrictEqual(['id'])
    expect(existsSync(`${file}.before-1.new`)).toBe(false)
  })
})

describe('a database without pending migrations', () => {
  test('is not copied, be it new or known', async () => {
    await using folder = await temporaryFolder()
    const { open } = createSituation(folder.path)
    for (const _ of ['new', 'known']) open([FIRST, SECOND])[Symbol.dispose]()
    expect(readdirSync(folder.path)).toStrictEqual(['drizzle', 'hub.db'])
  })

  test('written by a newer Signet is refused with what helps, and left as it is', async () => {
    await using folder = await temporaryFolder()
    const { file, open } = createSituation(folder.path)
    fill(open([FIRST, SECOND]))
    const before = readFileSync(file)
    expect(() => open([FIRST])).toThrow(
      expect.objectContaining({ code: 'database_too_new', message: expect.stringMatching(/newer Signet.*before-\*/) }),
    )
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(folder.path)).toStrictEqual(['drizzle', 'hub.db'])
  })
})

test('a first start whose migrations fail leaves no database', async () => {
  await using folder = await temporaryFolder()
  const { open } = createSituation(folder.path)
  expect(() => open([FIRST, ['create nonsense']])).toThrow(/nonsense/)
  expect(readdirSync(folder.path)).toStrictEqual(['drizzle'])
})

test('an installation without migrations makes no database', async () => {
  await using folder = await temporaryFolder()
  const migrationsFolder = join(folder.path, 'missing')
  expect(() => openDatabase({ file: join(folder.path, 'hub.db'), migrationsFolder })).toThrow(/_journal\.json/)
  expect(readdirSync(folder.path)).toStrictEqual([])
})

function createSituation(folder: string) {
  const file = join(folder, 'hub.db')
  const openFile = (path: string, migrations: readonly (readonly string[])[]) =>
    openDatabase({ file: path, migrationsFolder: writeMigrations(join(folder, 'drizzle'), migrations) })
  return { file, openFile, open: (migrations: readonly (readonly string[])[]) => openFile(file, migrations) }
}

function fill(opened: ReturnType<typeof openDatabase>): void {
  using database = opened
  database.sqlite.exec("insert into owners (id) values ('ann'); insert into pets (id, owner) values ('rex', 'ann')")
}

function columnsOf(file: string, table: string): readonly unknown[] {
  return query(file, `select name from pragma_table_info('${table}')`)
}

function rowsOf(file: string, table: string): readonly unknown[] {
  return query(file, `select id from ${table}`)
}

function tablesOf(file: string): readonly unknown[] {
  return query(file, "select name from sqlite_master where type = 'table'")
}

function query(file: string, statement: string): readonly unknown[] {
  using stack = new DisposableStack()
  const sqlite = stack.adopt(new SQLite(file, { fileMustExist: true }), (each) => each.close())
  return sqlite.prepare(statement).pluck().all()
}

async function becomesLarger(folder: string, name: string, size: number): Promise<void> {
  for await (const { filename } of watch(folder)) {
    if (filename === name && statSync(join(folder, name)).size >= size) return
  }
}
