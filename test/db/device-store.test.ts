import { describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import type { DeviceQuery } from '../../src/registry/ports.ts'
import { createCertificate, createDevice, minutesAfterNoon, NOON } from './records.ts'

const ODD_IDS = ['constructor', '__proto__', 'toString', 'AA:BB:CC:00:11:22', 'ann@example.com', 'a.b_c-d', '0']

describe('a device', () => {
  for (const id of ODD_IDS) {
    test(`${id} is unknown until it is saved and then found as it was saved`, () => {
      using database = openDatabase()
      const store = createDeviceStore(database)
      expect(store.find(id)).toBeUndefined()
      expect(store.findByClientId(id)).toBeUndefined()
      const device = createDevice(id, { userId: id, policies: [id, 'b', 'a'], clientIds: [`${id}:2`, id, `${id}:1`] })
      store.save(device)
      expect(store.find(id)).toStrictEqual(device)
      expect(store.findByClientId(id)).toStrictEqual(device)
    })
  }

  test('is found in any case and keeps the spelling it was created with', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    store.save(createDevice('Pump-7'))
    expect(store.find('pUMP-7')?.id).toBe('Pump-7')
  })

  test('cannot be saved beside one whose id differs only in case', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    store.save(createDevice('Pump-7', { userId: 'ann' }))
    expect(() => store.save(createDevice('pump-7', { userId: 'bob', policies: ['wide'] }))).toThrow(/UNIQUE/)
    expect(store.list({ limit: 10 }).items).toStrictEqual([createDevice('Pump-7', { userId: 'ann' })])
    expect(namesIn(database, 'select id from users')).toStrictEqual(['ann'])
  })

  test('is replaced, with its lists, by the one of the same id', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    store.save(createDevice('d1', { policies: ['a', 'b'], clientIds: ['x', 'y'] }))
    const changed = createDevice('d1', {
      userId: 'ann',
      state: 'suspended',
      policies: ['b'],
      clientIds: ['z', 'x'],
      createdAt: minutesAfterNoon(1),
    })
    store.save(changed)
    expect(store.list({ limit: 10 }).items).toStrictEqual([changed])
    expect(store.findByClientId('y')).toBeUndefined()
  })

  test('is not saved at all when another device holds one of its client ids', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    store.save(createDevice('d1', { clientIds: ['x'] }))
    expect(() => store.save(createDevice('d2', { userId: 'ann', policies: ['a'], clientIds: ['y', 'x'] }))).toThrow()
    expect(store.find('d2')).toBeUndefined()
    expect(store.findByClientId('y')).toBeUndefined()
    expect(namesIn(database, 'select id from users')).toStrictEqual(['default'])
  })

  test('is found by a client id in its exact case only, and not by its own id', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    store.save(createDevice('d1', { clientIds: ['Gateway'] }))
    expect(store.findByClientId('Gateway')?.id).toBe('d1')
    expect(store.findByClientId('gateway')).toBeUndefined()
    expect(store.findByClientId('d1')).toBeUndefined()
  })

  test('leaves its client ids and policies to nobody when it is deleted', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    store.save(createDevice('d1', { policies: ['a'], clientIds: ['x'] }))
    store.save(createDevice('d2', { policies: ['a'] }))
    store.delete('d1')
    store.delete('never-there')
    expect(store.find('d1')).toBeUndefined()
    expect(store.findByClientId('x')).toBeUndefined()
    expect(store.list({ limit: 10 }).items.map(({ id }) => id)).toStrictEqual(['d2'])
    store.save(createDevice('d1'))
    expect(store.find('d1')).toStrictEqual(createDevice('d1'))
  })
})

describe('the user of a device', () => {
  test('is created once, by the first device that names it', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    for (const id of ['d1', 'd2']) store.save(createDevice(id, { userId: 'ann' }))
    expect(namesIn(database, 'select id from users')).toStrictEqual(['ann'])
  })

  test('is refused when another differs from it only in case, and the device is not saved', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    store.save(createDevice('d1', { userId: 'Ann' }))
    expect(() => store.save(createDevice('d2', { userId: 'ann' }))).toThrow(
      expect.objectContaining({ code: 'case_conflict', message: expect.stringContaining('Ann') }),
    )
    expect(store.find('d2')).toBeUndefined()
    expect(namesIn(database, 'select id from users')).toStrictEqual(['Ann'])
  })
})

test('a device is found by the fingerprint and the serial number of its certificates, whatever their state', () => {
  using database = openDatabase()
  const store = createDeviceStore(database)
  for (const id of ['pump', 'valve']) store.save(createDevice(id))
  const certificates = createCertificateStore(database)
  const old = createCertificate('pump', { revokedAt: NOON, revocationReason: 'superseded' })
  const namesake = createCertificate('valve', { kind: 'service' })
  for (const certificate of [old, namesake, createCertificate('valve')]) certificates.insert(certificate)
  const found = (search = '') => store.list({ limit: 10, search }).items.map(({ id }) => id)
  expect(found(old.fingerprint)).toEqual(['pump'])
  expect(found(old.fingerprint.replaceAll(':', '').toLowerCase())).toEqual(['pump'])
  expect(found(old.serialNumber?.toLowerCase())).toEqual(['pump'])
  expect(found(namesake.serialNumber)).toEqual([])
})

describe('the list of devices', () => {
  const cases: readonly { name: string; query: Partial<DeviceQuery>; expected: readonly string[] }[] = [
    { name: 'holds all, in the order of ids', query: {}, expected: ['50%', 'A1', 'a12', 'a\\3', 'a_2', 'b4'] },
    { name: 'searches in ids, ignoring case', query: { search: 'a' }, expected: ['A1', 'a12', 'a\\3', 'a_2'] },
    { name: 'finds none by a serial number that nobody has', query: { search: 'ab:cd' }, expected: [] },
    { name: 'searches in user ids too', query: { search: 'BO' }, expected: ['50%', 'b4'] },
    { name: 'takes % literally', query: { search: '%' }, expected: ['50%'] },
    { name: 'takes _ literally', query: { search: '_' }, expected: ['a_2'] },
    { name: 'takes \\ literally', query: { search: '\\' }, expected: ['a\\3'] },
    { name: 'holds those of one state', query: { state: 'suspended' }, expected: ['a12', 'b4'] },
    { name: 'holds those of one user', query: { userId: 'bob' }, expected: ['50%', 'b4'] },
    { name: 'takes the user id exactly', query: { userId: 'Bob' }, expected: [] },
    { name: 'combines conditions', query: { search: '4', userId: 'bob', state: 'suspended' }, expected: ['b4'] },
    { name: 'begins after the cursor', query: { after: 'a12' }, expected: ['a\\3', 'a_2', 'b4'] },
    { name: 'is empty past the last', query: { after: 'zzz' }, expected: [] },
  ]
  for (const { name, query, expected } of cases) {
    test(name, () => {
      using database = openDatabase()
      const store = createDeviceStore(database)
      for (const id of ['b4', 'a\\3', 'a12', 'A1']) {
        const state = id === 'b4' || id === 'a12' ? 'suspended' : 'active'
        store.save(createDevice(id, { state, userId: id === 'b4' ? 'bob' : 'eve' }))
      }
      store.save(createDevice('a_2', { userId: 'eve' }))
      store.save(createDevice('50%', { userId: 'bob' }))
      const { items, nextCursor } = store.list({ limit: 6, ...query })
      expect(items.map(({ id }) => id)).toStrictEqual(expected)
      expect(nextCursor).toBeUndefined()
    })
  }

  test('is read page by page, each device once, and the last page names no cursor', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    const devices = ['a', 'b', 'c', 'd', 'e'].map((id) => createDevice(id, { policies: [`of-${id}`], clientIds: [id] }))
    for (const device of devices) store.save(device)
    expect(store.list({ limit: 2 })).toStrictEqual({ items: devices.slice(0, 2), nextCursor: 'b' })
    expect(store.list({ limit: 2, after: 'b' })).toStrictEqual({ items: devices.slice(2, 4), nextCursor: 'd' })
    expect(store.list({ limit: 2, after: 'd' })).toStrictEqual({ items: devices.slice(4) })
  })

  test('names no cursor when the page is exactly full', () => {
    using database = openDatabase()
    const store = createDeviceStore(database)
    for (const id of ['a', 'b']) store.save(createDevice(id))
    expect(store.list({ limit: 2 })).not.toHaveProperty('nextCursor')
  })
})

function namesIn({ sqlite }: ReturnType<typeof openDatabase>, query: string): readonly unknown[] {
  return sqlite.prepare(query).pluck().all()
}
