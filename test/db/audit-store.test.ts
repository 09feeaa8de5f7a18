import { expect, test } from 'vitest'
import { createAuditStore } from '../../src/db/audit-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import type { AuditEntry } from '../../src/registry/audit/audit-entry.ts'
import type { AuditFilter } from '../../src/registry/audit/ports.ts'
import { minutesAfterNoon } from './records.ts'

const ENTRIES: readonly AuditEntry[] = [
  createEntry(1, { actor: 'hub', role: undefined, requestId: undefined, action: 'ca.renew' }),
  createEntry(2, { object: 'Device-1' }),
  createEntry(3, { action: 'device.create' }),
  createEntry(4, { actor: 'token:k3 100%', action: 'policy.save', object: 'device_1' }),
  createEntry(5, { action: 'device.create', object: 'device-1' }),
]

function createEntry(number: number, changes: Partial<AuditEntry>): AuditEntry {
  const shared = { actor: 'administrator:eva', role: 'admin', action: 'device.revoke', object: 'd', surface: 'https' }
  const rest = {
    address: '192.0.2.7',
    result: 'done',
    requestId: 'r',
    previousHash: `${number - 1}`,
    hash: `${number}`,
  }
  return { ...shared, ...rest, number, at: minutesAfterNoon(number), ...changes }
}

function open() {
  const database = openDatabase()
  const store = createAuditStore(database)
  for (const entry of ENTRIES) store.append(entry)
  const numbers = (filter: AuditFilter, from = 0, before = 99, limit = 99): readonly number[] =>
    store.list(filter, from, before, limit).map(({ number }) => number)
  return { store, numbers, [Symbol.dispose]: () => database[Symbol.dispose]() }
}

test('entries are found as they were appended, in either order', () => {
  using place = open()
  expect(place.store.list({}, 0, 99, 99)).toStrictEqual(ENTRIES.toReversed())
  expect(place.store.listAfter(3, 1)).toStrictEqual([ENTRIES[3]])
  expect(place.numbers({}, 2, 5, 2)).toEqual([4, 3])
  expect([place.store.endOfRun(5, 2), place.store.endOfRun(5, 5)]).toEqual([3, undefined])
})

for (const { name, filter, expected } of [
  { name: 'with a part of the object in any case', filter: { search: 'DEVICE-1' }, expected: [5, 2] },
  { name: 'with a part of the actor, whose signs are no pattern', filter: { search: '0%' }, expected: [4] },
  { name: 'with a part of the action', filter: { search: 'create' }, expected: [5, 3] },
  { name: 'with nothing that is looked for', filter: { search: 'device%1' }, expected: [] },
  { name: 'of an action', filter: { action: 'device.create' }, expected: [5, 3] },
  { name: 'of another action', filter: { action: 'device.revoke' }, expected: [2] },
  { name: 'since a time', filter: { since: minutesAfterNoon(4) }, expected: [5, 4] },
  { name: 'until a time', filter: { until: minutesAfterNoon(2) }, expected: [2, 1] },
  {
    name: 'that meet all of it',
    filter: { search: 'device', action: 'device.create', since: minutesAfterNoon(2), until: minutesAfterNoon(4) },
    expected: [3],
  },
] as const) {
  test(`those ${name} are found, whatever was asked for before`, () => {
    using place = open()
    for (const search of ['eva', 'nobody']) place.numbers({ ...filter, search })
    for (const action of ['ca.renew', 'x']) place.numbers({ ...filter, action })
    expect(place.numbers(filter)).toEqual(expected)
  })
}

test('the oldest are deleted, some at a time', () => {
  using place = open()
  expect([place.store.deleteOldest(3, 2), place.store.deleteOldest(3, 2)]).toEqual([2, 1])
  expect(place.numbers({})).toEqual([5, 4])
  expect(place.store.timesAfter(0, 1)).toEqual([{ number: 4, at: minutesAfterNoon(4) }])
  expect(place.store.latest()).toEqual({ number: 5, hash: '5' })
})
