import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type MqttDatabase, openMqttDatabase } from '../../../src/db/mqtt/mqtt-database.ts'
import { createTestClock } from '../../../src/testing/test-clock.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const MESSAGE = { topic: 'a', payload: Buffer.from('x'), qos: 1, retain: false } as const

function open(folder: string, durability: 'process' | 'full' = 'process'): MqttDatabase {
  return openMqttDatabase({ file: join(folder, 'mqtt.db'), durability, clock: createTestClock().now })
}

describe('the MQTT database', () => {
  // https://sqlite.org/pragma.html#pragma_synchronous: 1 is NORMAL, 2 is FULL
  for (const { durability, synchronous } of [
    { durability: 'process', synchronous: 1 },
    { durability: 'full', synchronous: 2 },
  ] as const) {
    test(`with durability ${durability} is a file of the owner’s alone, in WAL mode, synchronous ${synchronous}`, async () => {
      await using folder = await temporaryFolder()
      using stores = open(folder.path, durability)
      const { sqlite } = stores.database
      expect(statSync(join(folder.path, 'mqtt.db')).mode & 0o777).toBe(0o600)
      expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal')
      expect(sqlite.pragma('synchronous', { simple: true })).toBe(synchronous)
    })
  }

  test('keeps what was written in the turn in which it is closed', async () => {
    await using folder = await temporaryFolder()
    {
      using stores = open(folder.path)
      stores.journal.write(() => stores.queues.open(1, stores.journal).append(1, MESSAGE))
    }
    using stores = open(folder.path)
    expect(stores.queues.open(1, stores.journal).page(0, 10)).toMatchObject([{ n: 1, topic: 'a' }])
  })
})

describe('a queue', () => {
  test('keeps to its own range, up to the last number of its session', () => {
    using stores = openMqttDatabase({ durability: 'process', clock: createTestClock().now })
    const [one, two, three] = [1, 2, 3].map((sid) => stores.queues.open(sid, stores.journal))
    for (const n of [1, 2 ** 32 - 1]) {
      one?.append(n, MESSAGE)
      three?.append(n, { ...MESSAGE, payload: Buffer.alloc(9) })
    }
    two?.append(5, MESSAGE)
    expect(two?.page(0, 10).map(({ n }) => n)).toEqual([5])
    expect(one?.page(1, 10).map(({ n }) => n)).toEqual([2 ** 32 - 1])
    expect(three?.measure()).toEqual({ last: 2 ** 32 - 1, messages: 2, bytes: 20 })
    stores.queues.drop(1)
    expect([one?.measure(), two?.measure().messages, three?.measure().messages]).toEqual([
      { last: 0, messages: 0, bytes: 0 },
      1,
      2,
    ])
  })

  test('is read in the turn in which it is written, in its order, and has lost by then what was removed in it', () => {
    using stores = openMqttDatabase({ durability: 'process', clock: createTestClock().now })
    const [one, two] = [1, 2].map((sid) => stores.queues.open(sid, stores.journal))
    for (let n = 1; n <= 40; n++) {
      one?.append(n, { ...MESSAGE, retain: n === 40 })
      two?.append(n, MESSAGE)
    }
    // The one is written by now, with the rows around it; the other waits.
    for (const n of [3, 39]) one?.remove(n)
    const kept = Array.from({ length: 40 }, (_, index) => index + 1).filter((n) => n !== 3 && n !== 39)
    expect(one?.page(0, 100).map(({ n }) => n)).toEqual(kept)
    expect(one?.page(39, 1)).toMatchObject([{ n: 40, retain: true, released: false }])
    expect(two?.measure()).toEqual({ last: 40, messages: 40, bytes: 80 })
  })

  for (const { failure, fail } of [
    {
      failure: 'by a number that is taken',
      fail: ({ queues, journal }: MqttDatabase) => queues.open(1, journal).append(1, MESSAGE),
    },
    {
      failure: 'before its rows were written',
      fail: ({ journal }: MqttDatabase) =>
        expect(() =>
          journal.write(() => {
            throw new Error('of another part')
          }),
        ).toThrow(),
    },
  ]) {
    test(`has nothing of a turn that failed ${failure}, neither then nor after the next`, async () => {
      using stores = openMqttDatabase({ durability: 'process', clock: createTestClock().now })
      const queue = stores.queues.open(1, stores.journal)
      const settled = () => new Promise<Error | undefined>((resolve) => stores.journal.settled(resolve))
      queue.append(1, MESSAGE)
      fail(stores)
      expect(await settled()).toBeInstanceOf(Error)
      queue.append(3, MESSAGE)
      expect(await settled()).toBeUndefined()
      expect(queue.page(0, 10).map(({ n }) => n)).toEqual([3])
    })
  }

  test('keeps of a released message no more than its number', () => {
    using stores = openMqttDatabase({ durability: 'process', clock: createTestClock().now })
    const queue = stores.queues.open(1, stores.journal)
    queue.append(1, { ...MESSAGE, qos: 2 })
    queue.release(1)
    expect(queue.page(0, 1)).toMatchObject([{ n: 1, topic: '', payload: Buffer.alloc(0), qos: 2, released: true }])
  })
})

// No scan grows with the whole store: each look-up of a session, a queue or a topic goes by a key.
describe('a key finds', () => {
  for (const { name, sql } of [
    { name: 'a session', sql: 'select * from sessions where client_id = ?' },
    { name: 'the sessions to expire', sql: 'select client_id from sessions where disconnected_at < ?' },
    { name: 'a page of a queue', sql: 'select * from queue where position > ? and position < ? order by position' },
    { name: 'the last of a queue', sql: 'select max(position) from queue where position > ? and position < ?' },
    { name: 'a retained message', sql: 'select * from retained where topic = ?' },
    { name: 'retained messages', sql: 'select * from retained where topic > ? and topic < ? order by topic' },
    { name: 'packet identifiers', sql: 'select message_id from incoming where sid = ?' },
    { name: 'a session’s subscriptions', sql: 'select * from subscriptions where sid = ?' },
  ]) {
    test(name, () => {
      using stores = openMqttDatabase({ durability: 'process', clock: createTestClock().now })
      const parameters = Array(sql.split('?').length - 1).fill(1)
      const plan = stores.database.sqlite.prepare(`explain query plan ${sql}`).all(...parameters)
      expect(plan).toMatchObject([{ detail: expect.stringMatching(/^SEARCH/) }])
    })
  }
})
