import { chmodSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { createAnswerCheck, openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createTransaction } from '../../src/db/transaction.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createDevice } from './records.ts'

describe('a database', () => {
  test('is made on the first start, kept, and found again on the next', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hub.db')
    {
      using database = openDatabase({ file })
      createDeviceStore(database).save(createDevice('d1'))
    }
    expect(readdirSync(folder.path)).toStrictEqual(['hub.db'])
    using database = openDatabase({ file })
    expect(createDeviceStore(database).find('d1')).toStrictEqual(createDevice('d1'))
  })

  test('keeps what was committed when the process is gone without closing it', async () => {
    await using folder = await temporaryFolder()
    const [file, crashed] = [join(folder.path, 'hub.db'), join(folder.path, 'crashed.db')]
    {
      using database = openDatabase({ file })
      createDeviceStore(database).save(createDevice('d1'))
      for (const suffix of ['', '-wal']) writeFileSync(`${crashed}${suffix}`, readFileSync(`${file}${suffix}`))
    }
    using database = openDatabase({ file: crashed })
    expect(createDeviceStore(database).find('d1')).toBeDefined()
  })

  test('is readable by its owner alone, log and index included, whatever the modes were', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hub.db')
    openDatabase({ file })[Symbol.dispose]()
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
    const plain = new SQLite(file)
    plain.pragma('user_version = 1')
    for (const suffix of ['', '-wal', '-shm']) chmodSync(file + suffix, 0o644)
    using database = openDatabase({ file })
    createDeviceStore(database).save(createDevice('d1'))
    for (const suffix of ['', '-wal', '-shm']) expect(mode(file + suffix)).toBe('600')
    plain.close()
  })

  test('survives the power: write-ahead log, full synchronisation, foreign keys; nobody waits for locks', async () => {
    await using folder = await temporaryFolder()
    using database = openDatabase({ file: join(folder.path, 'hub.db') })
    const pragma = (name: string) => database.sqlite.pragma(name, { simple: true })
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('synchronous')).toBe(2)
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('busy_timeout')).toBe(0)
  })

  test('makes no file for what a large transaction may have to undo', async () => {
    await using folder = await temporaryFolder()
    using database = openDatabase({ file: join(folder.path, 'hub.db') })
    expect(database.sqlite.pragma('temp_store', { simple: true })).toBe(2)
  })

  test('in memory has foreign keys too, and is shared with no other', () => {
    using one = openDatabase()
    using other = openDatabase()
    createDeviceStore(one).save(createDevice('d1'))
    expect(one.sqlite.pragma('foreign_keys', { simple: true })).toBe(1)
    expect(createDeviceStore(other).find('d1')).toBeUndefined()
  })

  test('is closed when disposed, once or twice', () => {
    const database = openDatabase()
    database[Symbol.dispose]()
    database[Symbol.dispose]()
    expect(database.sqlite.open).toBe(false)
  })

  test('is made in a file of SQLite that holds no table yet', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hub.db')
    {
      using stack = new DisposableStack()
      stack.adopt(new SQLite(file), (sqlite) => sqlite.close()).pragma('user_version = 1')
    }
    using database = openDatabase({ file })
    expect(createDeviceStore(database).find('d1')).toBeUndefined()
    expect(readdirSync(folder.path).filter((name) => name.includes('before'))).toStrictEqual([])
  })

  test('is made anew over what a start that was killed left behind', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hub.db')
    for (const suffix of ['', '-journal', '-wal']) writeFileSync(`${file}.new${suffix}`, 'half of a database')
    openDatabase({ file })[Symbol.dispose]()
    expect(readdirSync(folder.path)).toStrictEqual(['hub.db'])
  })
})

describe('a damaged database', () => {
  const damages: readonly { name: string; damage: (file: string) => void }[] = [
    { name: 'random bytes', damage: (file) => writeFileSync(file, crypto.getRandomValues(new Uint8Array(20_000))) },
    { name: 'a few bytes of text', damage: (file) => writeFileSync(file, 'SQLite? No.') },
    { name: 'nothing at all', damage: (file) => writeFileSync(file, '') },
    { name: 'cut in the middle of a page', damage: (file) => truncateSync(file, statSync(file).size / 2 + 1_000) },
    { name: 'cut between two pages', damage: (file) => truncateSync(file, statSync(file).size - 4_096) },
    { name: 'cut in its header', damage: (file) => truncateSync(file, 60) },
    { name: 'with a page of zeros', damage: (file) => overwritePage(file, Buffer.alloc(4_096)) },
    { name: 'with a page of noise', damage: (file) => overwritePage(file, Buffer.alloc(4_096, 0xa5)) },
    { name: 'of another program', damage: writeForeignDatabase },
    { name: 'gone, its log left behind', damage: (file) => renameSync(file, `${file}-wal`) },
  ]
  for (const { name, damage } of damages) {
    test(`(${name}) is refused with what mends it, and left as it is`, async () => {
      await using folder = await temporaryFolder()
      const file = join(folder.path, 'hub.db')
      createFilledDatabase(file)
      damage(file)
      const before = readFolder(folder.path)
      expect(() => openDatabase({ file })).toThrow(
        expect.objectContaining({
          code: 'database_corrupt',
          message: expect.stringMatching(/hub\.db.*: (restore|put)/),
        }),
      )
      expect(readFolder(folder.path)).toStrictEqual(before)
    })
  }
})

describe('an unreachable database', () => {
  const places: readonly { name: string; place: (folder: string) => Promise<string> }[] = [
    { name: 'in a folder that is not there', place: async (folder) => join(folder, 'missing', 'hub.db') },
    {
      name: 'below a file',
      place: async (folder) => {
        await writeFile(join(folder, 'file'), '')
        return join(folder, 'file', 'hub.db')
      },
    },
    {
      name: 'where a folder stands',
      place: async (folder) => {
        await mkdir(join(folder, 'hub.db'))
        return join(folder, 'hub.db')
      },
    },
  ]
  for (const { name, place } of places) {
    test(`(${name}) is refused and nothing is made`, async () => {
      await using folder = await temporaryFolder()
      const file = await place(folder.path)
      const before = readdirSync(folder.path, { recursive: true })
      expect(() => openDatabase({ file })).toThrow(
        expect.objectContaining({ code: 'file_unreachable', message: expect.stringContaining(file) }),
      )
      expect(readdirSync(folder.path, { recursive: true })).toStrictEqual(before)
    })
  }

  test('(locked by another process past the wait) is refused and left as it is', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hub.db')
    createFilledDatabase(file)
    using stack = new DisposableStack()
    const other = stack.adopt(new SQLite(file), (sqlite) => sqlite.close())
    other.exec('begin immediate')
    expect(() => openDatabase({ file, busyTimeout: 0 })).toThrow(
      expect.objectContaining({ code: 'file_unreachable', message: expect.stringContaining('locked') }),
    )
    other.exec('rollback')
    using database = openDatabase({ file, busyTimeout: 0 })
    expect(createDeviceStore(database).find('device-1')).toBeDefined()
  })
})

function createFilledDatabase(file: string): void {
  using database = openDatabase({ file })
  const store = createDeviceStore(database)
  createTransaction(database)(() => {
    for (let index = 0; index < 200; index++) {
      store.save(createDevice(`device-${index}`, { userId: `user-${index}`, clientIds: [`client-${index}`] }))
    }
  })
}

// The last pages of the file hold rows of the tables that were filled last.
function overwritePage(file: string, page: Buffer): void {
  const bytes = readFileSync(file)
  page.copy(bytes, bytes.length - 2 * page.length)
  writeFileSync(file, bytes)
}

function writeForeignDatabase(file: string): void {
  writeFileSync(file, '')
  using stack = new DisposableStack()
  stack.adopt(new SQLite(file), (sqlite) => sqlite.close()).exec('create table songs (title text)')
}

function readFolder(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  )
}

test('a database tells whether it answers', () => {
  const database = openDatabase()
  const isAnswering = createAnswerCheck(database)
  expect(isAnswering()).toBe(true)
  database.sqlite.exec('begin immediate')
  expect(isAnswering()).toBe(true)
  expect(database.sqlite.inTransaction).toBe(true)
  database.sqlite.exec('rollback')
  database.sqlite.exec('create table later (id)')
  expect(isAnswering()).toBe(true)
  expect(database.sqlite.inTransaction).toBe(false)
  database[Symbol.dispose]()
  expect(isAnswering()).toBe(false)
})

test('a database that another process keeps from writing does not answer, and makes nobody wait', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.db')
  using database = openDatabase({ file })
  using other = openDatabase({ file })
  const isAnswering = createAnswerCheck(database)
  expect(isAnswering()).toBe(true)
  other.sqlite.exec('begin exclusive')
  expect(isAnswering()).toBe(false)
  other.sqlite.exec('rollback')
  expect(isAnswering()).toBe(true)
})
