import SQLite from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import { GroupCommit } from '../../../src/db/mqtt/group-commit.ts'

function openJournal() {
  const sqlite = new SQLite(':memory:')
  sqlite.exec('create table t (n integer primary key)')
  const failures: string[] = []
  const insert = sqlite.prepare('insert into t values (?)')
  return {
    sqlite,
    journal: new GroupCommit(sqlite, (error) => void failures.push(error.message)),
    failures,
    insert: (n: number) => void insert.run(n),
    rows: () => sqlite.prepare<[], number>('select n from t').pluck().all(),
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
    const { journal, insert, rows, failures } = openJournal()
    journal.write(() => insert(1))
    expect(() => journal.write(() => insert(1))).toThrow('UNIQUE')
    expect(() => journal.write(() => insert(2))).toThrow('UNIQUE')
    expect((await settled(journal))?.message).toMatch('UNIQUE')
    expect(rows()).toEqual([])
    expect(failures).toHaveLength(1)
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

  test('that fails is repeated though nobody writes again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    using _ = { [Symbol.dispose]: () => void vi.useRealTimers() }
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
