import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createTransaction } from '../../src/db/transaction.ts'
import { type Certificate, stateOf } from '../../src/registry/certificate.ts'
import { type CertificateQuery, listInRuns } from '../../src/registry/certificate-listing.ts'
import { createCertificate, minutesAfterNoon, NOON } from '../db/records.ts'

// More than two runs; every hundredth was revoked, and the last two that a device has end at the same time.
const FLEET: readonly Certificate[] = Array.from({ length: 2500 }, (_, number) =>
  createCertificate(`device-${Math.floor(number / 2)}`, {
    kind: number % 300 === 0 ? 'service' : 'device',
    notAfter: minutesAfterNoon((number * 7919) % 5000),
    pem: undefined,
    ...(number % 100 === 0 ? { revokedAt: NOON, revocationReason: 'keyCompromise' } : {}),
  }),
)

let database: Database
beforeAll(() => {
  database = openDatabase()
  const certificates = createCertificateStore(database)
  createTransaction(database)(() => {
    for (const certificate of FLEET) certificates.insert(certificate)
  })
})
afterAll(() => database[Symbol.dispose]())

/** With in which turn of the event loop each run was looked at. */
function openStore() {
  const store = createCertificateStore(database)
  const turns: number[] = []
  const sizes: number[] = []
  let turn = 0
  const next = (): void => {
    turn++
    pending = setImmediate(next)
  }
  let pending = setImmediate(next)
  const list = (query: CertificateQuery) => {
    turns.push(turn)
    const page = store.list(query)
    sizes.push(page.items.length)
    return page
  }
  return { list, endOfRun: store.endOfRun, turns, sizes, [Symbol.dispose]: () => clearImmediate(pending) }
}

const soon = minutesAfterNoon(60)

describe.for([
  { name: 'all of them', query: {}, isWanted: () => true },
  {
    name: 'those that are revoked',
    query: { state: 'revoked' },
    isWanted: (one: Certificate) => stateOf(one, NOON) === 'revoked',
  },
  { name: 'those of services', query: { kind: 'service' }, isWanted: ({ kind }: Certificate) => kind === 'service' },
  {
    name: 'those that end soon and are not replaced',
    query: { isLatest: true, expiresBefore: soon, state: 'active' },
    isWanted: (one: Certificate) =>
      stateOf(one, NOON) === 'active' && Number(one.notAfter) < Number(soon) && !isReplaced(one),
  },
  { name: 'those of a state that none is in', query: { state: 'held' }, isWanted: () => false },
] as const)('$name', ({ query, isWanted }) => {
  const wanted = FLEET.filter(isWanted)
    .map(({ fingerprint }) => fingerprint)
    .toSorted()

  test.for([7, 100, 500])('are listed %d a page, in the order of their fingerprints', async (limit) => {
    using store = openStore()
    const found: string[] = []
    for (let after: string | undefined, isMore = true; isMore; isMore = after !== undefined) {
      const page = await listInRuns(store, { ...query, now: NOON, limit, ...(after === undefined ? {} : { after }) })
      found.push(...page.items.map(({ fingerprint }) => fingerprint))
      expect(page.items.length).toBeLessThanOrEqual(limit)
      after = page.nextCursor
    }
    expect(found).toEqual(wanted)
  })
})

function isReplaced({ kind, subjectId, notAfter, fingerprint }: Certificate): boolean {
  return FLEET.some(
    (other) =>
      other.kind === kind &&
      other.subjectId === subjectId &&
      other.fingerprint !== fingerprint &&
      other.revokedAt === undefined &&
      Number(other.notAfter) > Number(notAfter),
  )
}

test('no next page is promised where none is', async () => {
  using store = openStore()
  const wanted = FLEET.filter(({ revokedAt }) => revokedAt !== undefined).length
  const page = await listInRuns(store, { state: 'revoked', now: NOON, limit: wanted })
  expect(page.items).toHaveLength(wanted)
  expect(page.nextCursor).toBeUndefined()
})

test('a turn of the event loop looks at one run, and reads no more than fifty', async () => {
  using store = openStore()
  await listInRuns(store, { state: 'held', now: NOON, limit: 50 })
  expect(store.turns).toHaveLength(6)
  await listInRuns(store, { now: NOON, limit: 500 })
  expect(Math.max(...store.sizes)).toBe(50)
  expect(new Set(store.turns.slice(6)).size).toBe(store.turns.length - 6)
})

test('that more exist than a page holds is known with the page', async () => {
  using store = openStore()
  const { items, nextCursor } = await listInRuns(store, { now: NOON, limit: 50 })
  expect(store.turns).toHaveLength(1)
  expect(nextCursor).toBe(items.at(-1)?.fingerprint)
})

test('those of one device are asked of their index at once', async () => {
  using store = openStore()
  const { items } = await listInRuns(store, { subjectId: 'device-7', now: NOON, limit: 50 })
  expect(items).toHaveLength(2)
  expect(store.turns).toHaveLength(1)
})
