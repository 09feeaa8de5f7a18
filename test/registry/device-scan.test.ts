import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createDeviceListStore } from '../../src/db/device-list-store.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createTransaction } from '../../src/db/transaction.ts'
import { createDeviceList, type DeviceListQuery } from '../../src/registry/device-list.ts'
import type { DevicePosition } from '../../src/registry/device-scan.ts'
import { createCertificate, createDevice, minutesAfterNoon, NOON } from '../db/records.ts'

interface Known {
  readonly id: string
  readonly userId: string
  readonly state: 'active' | 'suspended'
  readonly ends: number
  readonly seen: number
  readonly isConnected: boolean
}

// More than four runs.
const FLEET: readonly Known[] = Array.from({ length: 2200 }, (_, number) => ({
  id: `device-${number}`,
  userId: `user-${number % 7}`,
  state: number % 3 === 0 ? 'suspended' : 'active',
  ends: number % 4 === 0 ? Number.NaN : (number * 7919) % 1000,
  seen: number % 5 === 0 ? Number.NaN : (number * 31) % 400,
  isConnected: number % 11 === 0,
}))

let database: Database
/** In which turn of the event loop each run was read. */
let turns: number[] = []
/** How often a statement was prepared. */
let prepared = 0

beforeAll(() => {
  database = openDatabase()
  const devices = createDeviceStore(database)
  const certificates = createCertificateStore(database)
  createTransaction(database)(() => {
    for (const { ends, id, userId, state } of FLEET) {
      devices.save(createDevice(id, { userId, state }))
      if (!Number.isNaN(ends))
        certificates.insert(createCertificate(id, { notAfter: minutesAfterNoon(ends), pem: undefined }))
    }
  })
})
afterAll(() => database[Symbol.dispose]())

function createScene() {
  const byId = new Map(FLEET.map((device) => [device.id, device]))
  const store = createDeviceListStore(database)
  let turn = 0
  const next = (): void => {
    turn++
    pending = setImmediate(next)
  }
  let pending = setImmediate(next)
  turns = []
  prepared = 0
  const list = createDeviceList({
    store: {
      ...store,
      prepareRuns(runs) {
        const readRun = store.prepareRuns(runs)
        prepared++
        return (after) => {
          turns.push(turn)
          return readRun(after)
        }
      },
      prepareEndRuns(runs) {
        const readRun = store.prepareEndRuns(runs)
        prepared++
        return (after) => {
          turns.push(turn)
          return readRun(after)
        }
      },
    },
    connected: {
      idsOf: () => FLEET.filter(({ isConnected }) => isConnected).map(({ id }) => id),
      find: (id) => (byId.get(id)?.isConnected ? { connectedAt: NOON, address: '192.0.2.1' } : undefined),
    },
    lastSeen: {
      of(id) {
        const seen = byId.get(id)?.seen ?? Number.NaN
        return Number.isNaN(seen) ? undefined : minutesAfterNoon(seen)
      },
    },
    clock: () => minutesAfterNoon(-1),
  })
  return { list, [Symbol.dispose]: () => clearImmediate(pending) }
}

type Query = Omit<DeviceListQuery, 'limit' | 'after'>

/** By all that is known, without a database. */
function expected({ sort, order, connected, search, state, userId }: Query): readonly string[] {
  const never = order === 'asc' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  const orNever = (value: number): number => (Number.isNaN(value) ? never : value)
  const values = {
    id: ({ id }) => id,
    user: ({ userId: owner }) => owner,
    state: ({ state: one }) => one,
    lastSeen: ({ seen, isConnected }) => (isConnected ? 1e9 : orNever(seen)),
    certificateEnds: ({ ends }) => orNever(ends),
  } as const satisfies Record<Query['sort'], (device: Known) => string | number>
  const compare = (one: string | number, other: string | number): number => (one < other ? -1 : Number(one > other))
  const read = values[sort]
  const sorted = FLEET.filter(
    (device) =>
      (connected === undefined || device.isConnected === connected) &&
      (search === undefined || device.id.includes(search) || device.userId.includes(search)) &&
      (state === undefined || device.state === state) &&
      (userId === undefined || device.userId === userId),
  ).sort((one, other) => compare(read(one), read(other)) || compare(one.id, other.id))
  return (order === 'asc' ? sorted : sorted.reverse()).map(({ id }) => id)
}

const SELECTIONS = [
  { name: 'all devices', selection: {} },
  { name: 'those that are connected', selection: { connected: true } },
  { name: 'those that are not', selection: { connected: false } },
  { name: 'those with a part of a name', selection: { search: '-19' } },
  { name: "a user's", selection: { userId: 'user-3' } },
  { name: 'those of a state', selection: { state: 'suspended' } },
  { name: 'those of a user and a state', selection: { userId: 'user-3', state: 'active' } },
  {
    name: 'those that meet all of it',
    selection: { userId: 'user-3', state: 'active', connected: false, search: '9' },
  },
  { name: 'none', selection: { search: 'nobody' } },
] as const satisfies readonly { name: string; selection: Partial<DeviceListQuery> }[]

describe.for(SELECTIONS)('$name', ({ selection }) => {
  test('are counted', async () => {
    using scene = createScene()
    expect(await scene.list.count(selection)).toBe(expected({ ...selection, sort: 'id', order: 'asc' }).length)
  })

  test.for(['id', 'user', 'state', 'lastSeen', 'certificateEnds'] as const)('come in the order of %s', async (sort) => {
    using scene = createScene()
    for (const order of ['asc', 'desc'] as const) {
      const query = { ...selection, sort, order }
      const found: string[] = []
      for (let after: DevicePosition | undefined, isMore = true; isMore; isMore = after !== undefined) {
        const { items, last } = await scene.list.page({ ...query, limit: 900, ...(after ? { after } : {}) })
        found.push(...items.map(({ id }) => id))
        after = last
      }
      expect(found, order).toEqual(expected(query))
    }
  })
})

test('a turn of the event loop looks at one run of devices, whatever is asked for', async () => {
  using scene = createScene()
  await scene.list.page({ sort: 'lastSeen', order: 'asc', limit: 50 })
  expect(turns).toHaveLength(9)
  expect(new Set(turns).size).toBe(9)
  expect(prepared).toBe(1)
  turns = []
  await scene.list.count({ connected: true })
  expect(new Set(turns).size).toBe(9)
})

test('what an index has in order is not looked through', async () => {
  using scene = createScene()
  await scene.list.page({ sort: 'user', order: 'desc', limit: 50 })
  await scene.list.page({ sort: 'id', order: 'asc', limit: 50, userId: 'user-1' })
  await scene.list.count({ state: 'active' })
  expect(turns).toEqual([])
})

test('devices by their ids are looked through no further than the page needs', async () => {
  using scene = createScene()
  const { items } = await scene.list.page({ sort: 'id', order: 'desc', limit: 2, search: 'device' })
  expect(items.map(({ id }) => id)).toEqual(['device-999', 'device-998'])
  expect(turns).toHaveLength(1)
})

test('devices by the ends of their certificates are looked through no further than the page needs', async () => {
  using scene = createScene()
  const query = { sort: 'certificateEnds', order: 'asc' } as const
  const { last } = await scene.list.page({ ...query, limit: 50 })
  expect(turns).toHaveLength(1)
  turns = []
  await scene.list.page({ ...query, limit: 1600, ...(last ? { after: last } : {}) })
  // The ends behind the first fifty, in seven runs, and from the first of those that have none.
  expect(turns).toHaveLength(8)
  expect(new Set(turns).size).toBe(8)
})

test('a cursor that its bearer has bent finds nothing that another would not', async () => {
  using scene = createScene()
  const { items } = await scene.list.page({
    sort: 'certificateEnds',
    order: 'asc',
    limit: 5,
    after: { value: 'soon', id: 'device-1' },
  })
  expect(items.every(({ id }) => id > 'device-1')).toBe(true)
})
