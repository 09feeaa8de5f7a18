import { describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createDeviceListStore } from '../../src/db/device-list-store.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createLegacyCredentialStore } from '../../src/db/legacy-credential-store.ts'
import { createDeviceList, type DeviceListQuery } from '../../src/registry/device-list.ts'
import type { DevicePosition } from '../../src/registry/device-scan.ts'
import { createCertificate, createDevice, minutesAfterNoon, NOON } from './records.ts'

const CONNECTION = { connectedAt: minutesAfterNoon(3), address: '192.0.2.7' }

/** Devices in a real database; `c` and `e` are connected, and when `a` and `b` were seen is known. */
function createScene() {
  const database = openDatabase()
  const devices = createDeviceStore(database)
  const certificates = createCertificateStore(database)
  const legacy = createLegacyCredentialStore(database)
  for (const [id, userId, state] of [
    ['e', 'ann', 'active'],
    ['b', 'bob', 'suspended'],
    ['d', 'ann', 'active'],
    ['a', 'bob', 'active'],
    ['c', 'cyd', 'suspended'],
  ] as const)
    devices.save(createDevice(id, { userId, state, policies: ['p'], clientIds: [`${id}:1`] }))
  const connected: Record<string, typeof CONNECTION> = { c: CONNECTION, e: CONNECTION }
  const seen: Record<string, Date> = { a: minutesAfterNoon(1), b: minutesAfterNoon(2), d: minutesAfterNoon(-1) }
  const list = createDeviceList({
    store: createDeviceListStore(database),
    connected: { idsOf: () => Object.keys(connected), find: (id) => connected[id] },
    lastSeen: { of: (id) => seen[id] },
    clock: () => minutesAfterNoon(10),
  })
  const certify = (id: string, minutes: number, more: Parameters<typeof createCertificate>[1] = {}): void =>
    certificates.insert(createCertificate(id, { notAfter: minutesAfterNoon(minutes), ...more }))
  const page = (query: Partial<DeviceListQuery>) => list.page({ limit: 100, sort: 'id', order: 'asc', ...query })
  const ids = async (query: Partial<DeviceListQuery>): Promise<string> =>
    (await page(query)).items.map(({ id }) => id).join('')
  return { database, devices, certify, legacy, list, page, ids, [Symbol.dispose]: () => database[Symbol.dispose]() }
}

describe('devices in order', () => {
  for (const { sort, asc, desc } of [
    { sort: 'id', asc: 'abcde', desc: 'edcba' },
    { sort: 'user', asc: 'deabc', desc: 'cbaed' },
    { sort: 'state', asc: 'adebc', desc: 'cbeda' },
    // d was seen before it was created: that was another one of its id.
    { sort: 'lastSeen', asc: 'abced', desc: 'ecbad' },
    { sort: 'certificateEnds', asc: 'dbace', desc: 'abdec' },
  ] as const) {
    for (const [order, expected] of [
      ['asc', asc],
      ['desc', desc],
    ] as const) {
      test(`of their ${sort}, ${order}, are the same whatever the size of a page`, async () => {
        using scene = createScene()
        const { certify, ids, page } = scene
        certify('a', 30)
        certify('b', 20)
        certify('d', -20)
        expect(await ids({ sort, order })).toBe(expected)
        for (const limit of [1, 2, 5]) {
          const found: string[] = []
          for (let after: DevicePosition | undefined, isMore = true; isMore; isMore = after !== undefined) {
            const { items, last } = await page({ sort, order, limit, ...(after ? { after } : {}) })
            found.push(...items.map(({ id }) => id))
            after = last
          }
          expect(found.join(''), `${limit} a page`).toBe(expected)
        }
      })
    }
  }
})

describe('a row', () => {
  test('has all that a list shows of a device', async () => {
    using scene = createScene()
    const { certify, legacy, page } = scene
    certify('c', 30)
    const hash = { algorithm: 'bcrypt', digest: '$2b$10$' } as const
    legacy.save({ deviceId: 'c', userName: 'cyd', hash, endsAt: minutesAfterNoon(60), createdAt: NOON })
    expect((await page({ search: 'c' })).items).toEqual([
      {
        ...createDevice('c', { userId: 'cyd', state: 'suspended', policies: ['p'], clientIds: ['c:1'] }),
        legacy: { userName: 'cyd', endsAt: minutesAfterNoon(60) },
        certificateEnds: minutesAfterNoon(30),
        connection: CONNECTION,
        lastSeenAt: minutesAfterNoon(10),
      },
    ])
  })

  test('says nothing where nothing is known', async () => {
    using scene = createScene()
    const [row] = (await scene.page({ search: 'd', userId: 'ann' })).items
    expect(row).toMatchObject({ id: 'd', legacy: undefined, certificateEnds: undefined, connection: undefined })
    expect(row?.lastSeenAt).toBeUndefined()
  })

  for (const { name, more, expected } of [
    { name: 'of a revoked certificate', more: { revokedAt: NOON, revocationReason: 'keyCompromise' }, expected: 10 },
    { name: 'of one that was replaced', more: { retiresAt: minutesAfterNoon(9) }, expected: 10 },
    { name: 'of one that waits for a word', more: { pendingSince: NOON }, expected: 10 },
    { name: 'of a service', more: { kind: 'service' }, expected: 10 },
    { name: 'of one that may be used for a while yet', more: { retiresAt: minutesAfterNoon(11) }, expected: 50 },
    { name: 'of one that ends later', more: {}, expected: 50 },
  ] as const) {
    test(`ends at ${expected} with the end ${name}`, async () => {
      using scene = createScene()
      scene.certify('a', 10)
      scene.certify('a', 50, more)
      const { items } = await scene.page({ search: 'a', userId: 'bob' })
      expect(items[0]?.certificateEnds).toEqual(minutesAfterNoon(expected))
    })
  }
})

describe('devices', () => {
  for (const { name, query, expected } of [
    { name: 'that are connected', query: { connected: true }, expected: 'ce' },
    { name: 'that are not', query: { connected: false }, expected: 'abd' },
    { name: 'of a state and connected', query: { connected: true, state: 'active' }, expected: 'e' },
    { name: 'of a user', query: { userId: 'ann' }, expected: 'de' },
    { name: 'of a name that SQL and LIKE know', query: { search: "%' or 1" }, expected: '' },
  ] as const) {
    test(`${name} are found and counted`, async () => {
      using scene = createScene()
      expect(await scene.ids(query)).toBe(expected)
      expect(await scene.list.count(query)).toBe(expected.length)
    })
  }

  test('of one question are not those of another that differs in its values alone', async () => {
    using scene = createScene()
    for (const [userId, expected] of [
      ['', ''],
      ['ann', 'de'],
      ['bob', 'ab'],
      ['', ''],
    ] as const) {
      expect(await scene.ids({ userId })).toBe(expected)
      expect(await scene.list.count({ userId })).toBe(expected.length)
    }
    for (const [state, expected] of [
      ['suspended', 'bc'],
      ['active', 'ade'],
    ] as const) {
      expect(await scene.ids({ state })).toBe(expected)
      expect(await scene.list.count({ state })).toBe(expected.length)
    }
    expect(await scene.ids({ after: { value: 'c', id: 'c' } })).toBe('de')
    expect(await scene.ids({ after: { value: 'a', id: 'a' }, limit: 2 })).toBe('bc')
  })

  test('that are not connected are sorted by when they were seen', async () => {
    using scene = createScene()
    expect(await scene.ids({ connected: false, sort: 'lastSeen' })).toBe('abd')
  })

  test('that are deleted while they are listed are left out', async () => {
    using scene = createScene()
    const store = createDeviceListStore(scene.database)
    expect(store.listRows(['a', 'gone'], NOON).map(({ id }) => id)).toEqual(['a'])
  })
})

test('the end of a certificate is read from an index alone, and states are in one', async () => {
  using database = openDatabase()
  const explain = (statement: string): string =>
    JSON.stringify(database.sqlite.prepare(`explain query plan ${statement}`).all())
  expect(
    explain(`select max(not_after) from certificates where kind = 'device' and subject_id = 'a' and revoked_at is null
      and pending_since is null and (retires_at is null or retires_at > 5)`),
  ).toContain('COVERING INDEX certificates_ending_of_subject')
  expect(explain(`select id from devices order by state, id limit 50`)).toContain('COVERING INDEX devices_by_state')
  expect(explain(`select count(*) from devices where state = 'suspended'`)).toContain('COVERING INDEX devices_by_state')
})
