import SQLite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GroupCommit } from '../../../src/db/mqtt/group-commit.ts'
import { DomainError } from '../../../src/errors.ts'

function openJournal() {
  const sqlite = new SQLite(':memory:')
  sqlite.exec('create table t (n integer primary key)')
  const reports: string[] = []
  const insert = sqlite.prepare('insert into t values (?)')
  const filler = sqlite.prepare('create table filler as select zeroblob(100000)')
  const journal = new GroupCommit(sqlite, {
    onFailure: (error) => void reports.push(error.message),
    onRecovery: () => void reports.push('recovered'),
    probe: () => {
      filler.run()
      sqlite.exec('drop table filler')
    },
  })
  return {
    sqlite,
    journal,
    reports,
    insert: (n: number) => void insert.run(n),
    rows: () => sqlite.prepare<[], number>('select n from t').pluck().all(),
    fillDisk: () => sqlite.pragma('max_page_count = 1'),
    makeRoom: () => sqlite.pragma('max_page_count = 1000000'),
  }
}

function settled(journal: GroupCommit): Promise<Error | undefined> {
  return new Promise((resolve) => journal.settled(resolve))
}

describe('a turn', () => {
  test('is committed as one, at its end, and told to all who wait', async () => {
    const { sqlite, journal, insert, rows } = openJournal()
    journal.write(() => insert(1))
    const first = settled(journal)
    journal.write(() => insert(2))
    expect(sqlite.inTransaction).toBe(true)
    expect(await Promise.all([first, settled(journal)])).toEqual([undefined, undefined])
    expect(sqlite.inTransaction).toBe(false)
    expect(rows()).toEqual([1, 2])
  })

  test('in which one write fails keeps nothing, is told once, and the next begins anew', async () => {
    const { journal, insert, rows, reports } = openJournal()
    journal.write(() => insert(1))
    expect(() => journal.write(() => insert(1))).toThrow('UNIQUE')
    expect(() => journal.write(() => insert(2))).toThrow('UNIQUE')
    expect((await settled(journal))?.message).toMatch('UNIQUE')
    expect(rows()).toEqual([])
    expect(reports).toEqual([expect.stringContaining('UNIQUE')])
    expect(journal.isFailing).toBe(true)
    journal.write(() => insert(3))
    expect(await settled(journal)).toBeUndefined()
    expect(journal.isFailing).toBe(false)
    expect(rows()).toEqual([3])
  })

  test('that fails is told, and what must be written is repeated with the next', async () => {
    const { journal, insert, rows } = openJournal()
    journal.writeSurely(() => insert(1))
    expect(() => journal.write(() => insert(1))).toThrow('UNIQUE')
    journal.writeSurely(() => insert(2))
    expect(await settled(journal)).toBeInstanceOf(Error)
    expect(rows()).toEqual([])
    journal.write(() => insert(3))
    expect(await settled(journal)).toBeUndefined()
    expect(rows()).toEqual([1, 2, 3])
  })

  test('is committed when the journal is closed', () => {
    const { journal, insert, rows } = openJournal()
    journal.write(() => insert(1))
    journal[Symbol.dispose]()
    expect(rows()).toEqual([1])
  })

  test('whose commit fails is rolled back', async () => {
    const { sqlite, journal, rows } = openJournal()
    sqlite.pragma('foreign_keys = on')
    sqlite.exec('create table child (n integer references t deferrable initially deferred)')
    journal.write(() => sqlite.exec('insert into child values (7)'))
    expect((await settled(journal))?.message).toMatch('FOREIGN KEY')
    expect(sqlite.inTransaction).toBe(false)
    expect(rows()).toEqual([])
  })
})

describe('with the time in the hand', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test('what fails is repeated though nobody writes again', async () => {
    const { sqlite, journal, insert, rows } = openJournal()
    sqlite.exec('insert into t values (1)')
    journal.writeSurely(() => insert(1))
    await settled(journal)
    vi.advanceTimersByTime(1000)
    expect(await settled(journal)).toBeInstanceOf(Error)
    sqlite.exec('delete from t')
    vi.advanceTimersByTime(1000)
    expect(await settled(journal)).toBeUndefined()
    expect(rows()).toEqual([1])
  })

  test('a store without room takes nothing new, but deletes, and is failing until a message has room again', async () => {
    const { sqlite, journal, insert, rows, reports, fillDisk, makeRoom } = openJournal()
    journal.write(() => insert(1))
    await settled(journal)
    fillDisk()
    expect(() => journal.write(() => sqlite.exec('create table more as select zeroblob(100000)'))).toThrow(DomainError)
    expect(await settled(journal)).toMatchObject({ code: 'file_unreachable' })

    const work = vi.fn()
    expect(() => journal.write(work)).toThrow('the disk is full')
    journal.writeSurely(() => sqlite.exec('delete from t'))
    expect(await settled(journal)).toBeUndefined()
    expect(rows()).toEqual([])
    vi.advanceTimersByTime(1000)
    expect(await settled(journal)).toMatchObject({ code: 'file_unreachable' })
    expect(journal.isFailing).toBe(true)
    expect(work).not.toHaveBeenCalled()
    expect(reports).toEqual([expect.stringContaining('the disk is full')])

    makeRoom()
    vi.advanceTimersByTime(1000)
    expect(await settled(journal)).toBeUndefined()
    expect(journal.isFailing).toBe(false)
    expect(reports).toHaveLength(2)
    journal.write(() => insert(2))
    expect(await settled(journal)).toBeUndefined()
  })

  test('a store that fails turn after turn is tried again nonetheless', async () => {
    const { journal, insert, rows, fillDisk, makeRoom, sqlite } = openJournal()
    fillDisk()
    journal.writeSurely(() => sqlite.exec('create table if not exists more as select zeroblob(100000)'))
    await settled(journal)
    makeRoom()
    vi.advanceTimersByTime(999)
    expect(() => journal.write(() => insert(1))).toThrow('the disk is full')
    vi.advanceTimersByTime(1)
    expect(await settled(journal)).toBeUndefined()
    journal.write(() => insert(1))
    expect(await settled(journal)).toBeUndefined()
    expect(rows()).toEqual([1])
  })
})
