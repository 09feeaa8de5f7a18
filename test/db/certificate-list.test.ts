import { describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { CERTIFICATE_STATES, type Certificate, stateOf } from '../../src/registry/certificate.ts'
import type { CertificateQuery, CertificateRow } from '../../src/registry/certificate-listing.ts'
import { createCertificate, minutesAfterNoon, NOON } from './records.ts'

const FLEET: readonly Certificate[] = [
  createCertificate('active'),
  createCertificate('unseen', { serialNumber: undefined, notBefore: undefined, notAfter: undefined, pem: undefined }),
  createCertificate('ends-now', { notAfter: NOON }),
  createCertificate('begins-now', { notBefore: NOON }),
  createCertificate('retires-later', { retiresAt: minutesAfterNoon(1) }),
  createCertificate('pending', { pendingSince: NOON, origin: 'presented', subject: 'CN=pending' }),
  createCertificate('pending-expired', { pendingSince: NOON, notAfter: minutesAfterNoon(-1) }),
  createCertificate('future', { notBefore: minutesAfterNoon(1) }),
  createCertificate('expired', { notAfter: minutesAfterNoon(-1) }),
  createCertificate('retired', { retiresAt: NOON }),
  createCertificate('superseded', { revokedAt: NOON, revocationReason: 'superseded' }),
  createCertificate('revoked', { revokedAt: NOON, revocationReason: 'keyCompromise' }),
  createCertificate('held', { revokedAt: NOON, revocationReason: 'certificateHold' }),
  createCertificate('profiled', {
    profile: 'short',
    validitySeconds: 60,
    issuer: 'CA',
    idempotencyKey: 'k',
    subject: 'S',
  }),
  createCertificate('rejected', { pendingSince: NOON, revokedAt: NOON, revocationReason: 'privilegeWithdrawn' }),
]

function fill(fleet = FLEET) {
  const database = openDatabase()
  const store = createCertificateStore(database)
  for (const certificate of fleet) store.insert(certificate)
  return { store, [Symbol.dispose]: () => database[Symbol.dispose]() }
}

/** What a list shows of it. */
function rowOf({ pem: _, origin: _origin, issuer: _issuer, ...certificate }: Certificate): CertificateRow {
  const { validitySeconds: _validity, idempotencyKey: _key, ...row } = certificate
  return row
}

describe('the list of certificates', () => {
  for (const state of CERTIFICATE_STATES) {
    test(`of those that are ${state} is what the registry calls so`, () => {
      using at = fill()
      const listed = at.store.list({ state, now: NOON, limit: 100 }).items.map(({ subjectId }) => subjectId)
      const meant = FLEET.filter((certificate) => stateOf(certificate, NOON) === state)
      expect(listed.toSorted()).toEqual(meant.map(({ subjectId }) => subjectId).toSorted())
    })
  }

  test('is in the order of the fingerprints, page by page, each with all that a list shows of it', () => {
    using at = fill()
    const first = at.store.list({ now: NOON, limit: 10 })
    const { nextCursor = '' } = first
    const second = at.store.list({ now: NOON, limit: 10, after: nextCursor })
    const sorted = FLEET.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
    expect([...first.items, ...second.items]).toStrictEqual(sorted.map(rowOf))
    expect(second.nextCursor).toBeUndefined()
  })

  test('is of one subject, or of those that end before a time', () => {
    using at = fill()
    const listed = (query: object) => at.store.list({ now: NOON, limit: 100, ...query }).items
    expect(listed({ subjectId: 'future' })).toMatchObject([{ subjectId: 'future' }])
    const ending = listed({ expiresBefore: NOON }).map(({ subjectId }) => subjectId)
    expect(ending.toSorted()).toEqual(['expired', 'pending-expired'])
    expect(listed({ expiresAfter: minutesAfterNoon(0), expiresBefore: minutesAfterNoon(1) })).toEqual([])
    expect(listed({ expiresAfter: minutesAfterNoon(-1) }).length).toBe(FLEET.length - 3)
  })

  test('is of a kind, or of those that have a serial number or fingerprint', () => {
    using at = fill()
    const service = createCertificate('active', { kind: 'service' })
    at.store.insert(service)
    const listed = (query: object) => at.store.list({ now: NOON, limit: 100, ...query }).items
    expect(listed({ kind: 'service' })).toStrictEqual([rowOf(service)])
    expect(listed({ subjectId: 'active' })).toHaveLength(2)
    expect(listed({ subjectId: 'active', kind: 'service' })).toStrictEqual([rowOf(service)])
    expect(listed({ serialNumber: service.serialNumber })).toStrictEqual([rowOf(service)])
    expect(listed({ fingerprint: service.fingerprint })).toStrictEqual([rowOf(service)])
    expect(listed({ fingerprint: service.fingerprint, state: 'revoked' })).toEqual([])
  })
})

/** Of each owner several: one that ends later replaces the others, unless it was revoked, waits or has retired. */
const KINDRED: readonly Certificate[] = [
  ...FLEET,
  createCertificate('active', { kind: 'service' }),
  createCertificate('active', { notAfter: minutesAfterNoon(5) }),
  createCertificate('active', { notAfter: minutesAfterNoon(525_600) }),
  createCertificate('ends-now', { notAfter: minutesAfterNoon(9), revokedAt: NOON, revocationReason: 'superseded' }),
  createCertificate('begins-now', { notAfter: minutesAfterNoon(999_999), pendingSince: NOON }),
  createCertificate('expired', { notAfter: minutesAfterNoon(9), retiresAt: minutesAfterNoon(-1) }),
  createCertificate('future', { notAfter: minutesAfterNoon(999_999), retiresAt: minutesAfterNoon(2) }),
]

const FINGERPRINTS = KINDRED.map(({ fingerprint }) => fingerprint).toSorted()

/** Every way to combine filters, but that a certificate is named in one way alone. */
function* everyQuery(): Generator<CertificateQuery> {
  const [one] = KINDRED
  const named: readonly Partial<CertificateQuery>[] = [
    {},
    { kind: 'device' },
    { kind: 'service' },
    { subjectId: 'active' },
    { subjectId: 'active', kind: 'service' },
    { fingerprint: one?.fingerprint ?? '' },
    { serialNumber: one?.serialNumber ?? '', kind: 'device' },
  ]
  const parts: readonly (readonly Partial<CertificateQuery>[])[] = [
    [{}, ...CERTIFICATE_STATES.map((state) => ({ state }))],
    [{}, { expiresBefore: minutesAfterNoon(7) }],
    [{}, { expiresAfter: minutesAfterNoon(-1) }],
    [{}, { isLatest: true }],
    [{}, { after: FINGERPRINTS[2] ?? '', upTo: FINGERPRINTS[17] ?? '' }],
  ]
  let queries = named
  for (const part of parts) queries = queries.flatMap((query) => part.map((more) => ({ ...query, ...more })))
  for (const query of queries) yield { ...query, now: NOON, limit: 4 }
}

function isWanted(one: Certificate, query: CertificateQuery): boolean {
  const { after = '', upTo = '~', state, kind, subjectId, fingerprint, serialNumber, isLatest = false } = query
  const { expiresBefore, expiresAfter } = query
  return (
    one.fingerprint > after &&
    one.fingerprint <= upTo &&
    [undefined, stateOf(one, NOON)].includes(state) &&
    [undefined, one.kind].includes(kind) &&
    [undefined, one.subjectId].includes(subjectId) &&
    [undefined, one.fingerprint].includes(fingerprint) &&
    [undefined, one.serialNumber].includes(serialNumber) &&
    (!expiresBefore || (one.notAfter !== undefined && one.notAfter < expiresBefore)) &&
    (!expiresAfter || (one.notAfter !== undefined && one.notAfter > expiresAfter)) &&
    !(isLatest && KINDRED.some((other, place) => isReplacedBy(one, other, place)))
  )
}

function isReplacedBy(one: Certificate, other: Certificate, place: number): boolean {
  const isGood = !other.revokedAt && !other.pendingSince && (!other.retiresAt || other.retiresAt > NOON)
  if (!isGood || other.kind !== one.kind || other.subjectId !== one.subjectId) return false
  const later = Number(other.notAfter) - Number(one.notAfter)
  return later > 0 || (later === 0 && place > KINDRED.indexOf(one))
}

test('whatever certificates are asked for, the list is what a plain look at each of them finds', () => {
  using at = fill(KINDRED)
  const sorted = KINDRED.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
  for (const query of everyQuery()) {
    const wanted = sorted.filter((one) => isWanted(one, query))
    const [shown, last] = [wanted.slice(0, 4), wanted.length > 4 ? wanted[3]?.fingerprint : undefined]
    const page = at.store.list(query)
    expect(page.items, JSON.stringify(query)).toStrictEqual(shown.map(rowOf))
    expect(page.nextCursor, JSON.stringify(query)).toBe(last)
  }
})
