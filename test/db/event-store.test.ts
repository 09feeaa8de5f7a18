import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createEventStore } from '../../src/db/event-store.ts'
import type { LoggedEvent } from '../../src/logged-event.ts'
import { NOON } from './records.ts'

const ALL = { types: [] }
const END = Number.MAX_SAFE_INTEGER

function event(id: number, type = 'device.connected', data: LoggedEvent['data'] = { kind: 'device', id: 'd' }) {
  return { id, at: NOON, type, data }
}

test('events are found as they were appended, in either order', () => {
  using database = openDatabase()
  const store = createEventStore(database)
  expect(store.extent()).toBeUndefined()
  const those = [1, 2, 3, 4].map((id) => event(id))
  store.append([])
  store.append(those)
  expect(store.extent()).toEqual({ oldest: 1, newest: 4, count: 4 })
  expect(store.listAfter(1, END, ALL, 2).map(({ id }) => id)).toEqual([2, 3])
  expect(store.listAfter(1, 2, ALL, 9).map(({ id }) => id)).toEqual([2])
  expect(store.list(ALL, 2, 4, 9).map(({ id }) => id)).toEqual([3, 2])
  expect([store.endOfRun(4, 2), store.endOfRun(4, 4)]).toEqual([2, undefined])
  expect([store.endOfRunAfter(1, 2), store.endOfRunAfter(1, 4)]).toEqual([3, undefined])
  expect(store.listAfter(3, END, ALL, 9)).toMatchObject([event(4)])
})

test('of a batch with one bad row nothing is kept', () => {
  using database = openDatabase()
  const store = createEventStore(database)
  expect(() => store.append([event(1), event(1)])).toThrow(/UNIQUE/)
  expect(store.extent()).toBeUndefined()
  expect(database.sqlite.pragma('synchronous', { simple: true })).toBe(2)
})

test('they are found by type, by the beginning of a type, and by device', () => {
  using database = openDatabase()
  const store = createEventStore(database)
  store.append([
    event(1, 'certificate.issued'),
    event(2, 'certificate.revoked', { kind: 'device', id: 'other' }),
    event(3, 'certificates.else'),
    event(4, 'limit.reached', { subject: 'device:d' }),
    event(5, 'limit.reached', { subject: 'mqtt.db' }),
  ])
  const idsOf = (filter: Parameters<typeof store.listAfter>[2]) =>
    store.listAfter(0, END, filter, 9).map(({ id }) => id)
  expect(idsOf({ types: ['certificate.*'] })).toEqual([1, 2])
  expect(idsOf({ types: ['certificate.issued', 'limit.reached'] })).toEqual([1, 4, 5])
  expect(idsOf({ types: ['*'] })).toEqual([1, 2, 3, 4, 5])
  expect(idsOf({ types: [], deviceId: 'd' })).toEqual([1, 3, 4])
  expect(idsOf({ types: ['certificate.*'], deviceId: 'd' })).toEqual([1])
  expect(idsOf({ types: ['certificate.revoked'] })).toEqual([2])
  expect(idsOf({ types: ['limit.reached', 'certificate.revoked'] })).toEqual([2, 4, 5])
  expect(idsOf({ types: [], deviceId: 'other' })).toEqual([2])
  expect(store.list({ types: ['limit.*'] }, 1, 5, 9).map(({ id }) => id)).toEqual([4])
})

test('the oldest are deleted, so many and up to an id', () => {
  using database = openDatabase()
  const store = createEventStore(database)
  store.append([10, 20, 30, 40].map((id) => event(id)))
  expect(store.deleteOldest(2, 100)).toEqual({ count: 2, newest: 20 })
  expect(store.deleteOldest(9, 35)).toEqual({ count: 1, newest: 30 })
  expect(store.deleteOldest(9, 35)).toEqual({ count: 0, newest: 0 })
  expect(store.extent()).toEqual({ oldest: 40, newest: 40, count: 1 })
})
