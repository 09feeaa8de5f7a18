import { AsyncLocalStorage } from 'node:async_hooks'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createSharedTransaction } from '../../src/db/shared-transaction.ts'
import { createTransaction } from '../../src/db/transaction.ts'
import type { Transaction } from '../../src/registry/ports.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startProcess } from './process.ts'

describe('what shares a transaction', () => {
  test('is kept by one commit and one wait for the disk, in the order in which it was asked for', async () => {
    using scene = openScene()
    const outcomes = await Promise.all([1, 2, 3].map((number) => scene.keep(number)))
    expect(outcomes).toEqual(['outcome 1', 'outcome 2', 'outcome 3'])
    expect(scene.told).toEqual([
      ...['work 1', 'work 2', 'work 3', 'committed 1', 'committed 2', 'committed 3', 'sync'],
      ...['answered 1', 'answered 2', 'answered 3'],
    ])
    expect(scene.kept()).toEqual([1, 2, 3])
  })

  test('is answered after the disk has it, and not before', async () => {
    using scene = openScene()
    const disk = scene.holdDisk()
    const kept = scene.keep(1)
    await disk.isAsked
    expect(scene.told).toEqual(['work 1', 'committed 1', 'sync'])
    expect(scene.kept()).toEqual([1])
    disk.answer()
    await kept
    expect(scene.told.at(-1)).toBe('answered 1')
  })

  test('waits for those before it, and has the next commit together with all that came meanwhile', async () => {
    using scene = openScene()
    const disk = scene.holdDisk()
    const first = scene.keep(1)
    await disk.isAsked
    const others = [scene.keep(2), scene.keep(3)]
    expect(scene.kept()).toEqual([1])
    disk.answer()
    await Promise.all([first, ...others])
    expect(scene.told.filter((one) => one === 'sync')).toHaveLength(2)
    expect(scene.kept()).toEqual([1, 2, 3])
  })

  test('undoes itself alone where it throws', async () => {
    using scene = openScene()
    const outcomes = await Promise.allSettled([scene.keep(1), scene.keep(2, new Error('no')), scene.keep(3)])
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { reason: { message: 'no' } }, { status: 'fulfilled' }])
    expect(scene.kept()).toEqual([1, 3])
    expect(scene.told).not.toContain('committed 2')
  })

  test('is undone where it comes alone and throws, and what comes later is kept', async () => {
    using scene = openScene()
    await expect(scene.keep(1, new Error('no'))).rejects.toThrow('no')
    await scene.keep(2)
    expect(scene.kept()).toEqual([2])
    expect(scene.told).not.toContain('committed 1')
  })

  test('is one transaction where it comes alone, and a part of one where others come with it', async () => {
    using scene = openScene()
    const begun: string[] = []
    const transaction: Transaction = (work) => {
      begun.push(scene.database.sqlite.inTransaction ? 'savepoint' : 'transaction')
      return work()
    }
    const share = createSharedTransaction(scene.database, transaction)
    const ask = () => share(nothing, nothing)
    await ask()
    await Promise.all([ask(), ask()])
    expect(begun).toEqual(['transaction', 'savepoint', 'savepoint'])
  })

  test('fails alone where what follows the commit throws', async () => {
    using scene = openScene()
    const failing = scene.share(
      () => scene.insert(1),
      () => {
        throw new Error('no')
      },
    )
    const outcomes = await Promise.allSettled([failing, scene.keep(2)])
    expect(outcomes).toMatchObject([{ reason: { message: 'no' } }, { status: 'fulfilled' }])
    expect(scene.kept()).toEqual([1, 2])
  })

  test('fails with all the others where the whole was lost, and what comes later is kept', async () => {
    using scene = openScene()
    const fillDisk = (): void => {
      scene.insert(2)
      // As SQLite does by itself when the disk is full.
      scene.database.sqlite.exec('rollback')
      throw new Error('database or disk is full')
    }
    const asked = [scene.keep(1), scene.share(fillDisk, scene.never), scene.keep(3)]
    const outcomes = await Promise.allSettled(asked)
    const reason = { message: 'database or disk is full' }
    expect(outcomes).toMatchObject([{ reason }, { reason }, { reason }])
    expect(scene.told).toEqual(['work 1'])
    expect(scene.kept()).toEqual([])
    await scene.keep(4)
    expect(scene.kept()).toEqual([4])
  })

  test('is refused where the disk cannot take it', async () => {
    using scene = openScene()
    const disk = scene.holdDisk()
    const outcomes = Promise.allSettled([scene.keep(1), scene.keep(2)])
    await disk.isAsked
    disk.fail(new Error('i/o error'))
    const reason = { message: 'i/o error' }
    expect(await outcomes).toMatchObject([{ reason }, { reason }])
    expect(scene.told).not.toContain('answered 1')
    await scene.keep(3)
  })

  test('runs in the context of whoever asked', async () => {
    using scene = openScene()
    const request = new AsyncLocalStorage<string>()
    const ask = (name: string) =>
      request.run(name, () =>
        scene.share(
          () => request.getStore(),
          (found) => [found, request.getStore()],
        ),
      )
    expect(await Promise.all([ask('a'), ask('b')])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ])
  })
})

describe('in a file', () => {
  test('it waits for nobody who has the database locked: all are refused, and none is kept', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hub.db')
    using scene = openScene(file)
    const other = new SQLite(file)
    other.exec('begin immediate')
    const reason = { code: 'SQLITE_BUSY' }
    expect(await Promise.allSettled([scene.keep(1), scene.keep(2)])).toMatchObject([{ reason }, { reason }])
    other.exec('rollback')
    other.close()
    expect(scene.told).toEqual([])
    await scene.keep(3)
    expect(scene.kept()).toEqual([3])
  })

  test('what was answered outlives a process that is killed, and of the rest each is whole or absent', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hub.db')
    await using child = startProcess(`
      const { openDatabase } = await import(src('db/database.ts'))
      const { createSharedTransaction } = await import(src('db/shared-transaction.ts'))
      const { createTransaction } = await import(src('db/transaction.ts'))
      const database = openDatabase({ file: ${JSON.stringify(file)} })
      database.sqlite.exec('create table numbers (number integer)')
      const insert = database.sqlite.prepare('insert into numbers values (?)')
      const share = createSharedTransaction(database, createTransaction(database))
      const pair = (number) => share(() => { insert.run(number); insert.run(number) }, () => undefined)
      let next = 1
      const write = async () => { for (;;) await pair(next++) }
      await Promise.all([pair(-1), pair(-2)])
      console.log('answered')
      await Promise.all([write(), write(), write()])
    `)
    expect(await child.firstLine).toBe('answered')
    await child.kill()
    using database = openDatabase({ file })
    const counts = database.sqlite
      .prepare<[], { number: number; count: number }>('select number, count(*) as count from numbers group by number')
      .all()
    expect(counts.slice(0, 2)).toEqual([
      { number: -2, count: 2 },
      { number: -1, count: 2 },
    ])
    expect(counts.filter(({ count }) => count !== 2)).toEqual([])
  })
})

const nothing = (): void => undefined

function openScene(file?: string) {
  const database = openDatabase(file === undefined ? {} : { file })
  database.sqlite.exec('create table numbers (number integer)')
  const insertion = database.sqlite.prepare('insert into numbers values (?)')
  const told: string[] = []
  let disk: Promise<void> | undefined
  let noteAsked = (): void => undefined
  const sync = async (): Promise<void> => {
    told.push('sync')
    noteAsked()
    await (disk ?? database.sync())
  }
  const share = createSharedTransaction({ ...database, sync }, createTransaction(database))
  const insert = (number: number) => void insertion.run(number)
  return {
    database,
    told,
    share,
    insert,
    kept: () => database.sqlite.prepare('select number from numbers order by number').pluck().all(),
    async keep(number: number, error?: Error): Promise<string> {
      const outcome = await share(
        () => {
          told.push(`work ${number}`)
          insert(number)
          if (error) throw error
          return number
        },
        (kept) => {
          told.push(`committed ${kept}`)
          return `outcome ${kept}`
        },
      )
      told.push(`answered ${number}`)
      return outcome
    },
    never: () => {
      throw new Error('was not to be called')
    },
    /** From now on the disk answers only when it is told to. */
    holdDisk() {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const asked = Promise.withResolvers<void>()
      disk = promise
      noteAsked = asked.resolve
      const end = (settle: () => void) => () => {
        disk = undefined
        settle()
      }
      return { isAsked: asked.promise, answer: end(resolve), fail: (error: Error) => end(() => reject(error))() }
    },
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }
}
