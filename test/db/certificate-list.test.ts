import { describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { CERTIFICATE_STATES, type Certificate, stateOf } from '../../src/registry/certificate.ts'
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
  createCertificate('rejected', { pendingSince: NOON, revokedAt: NOON, revocationReason: 'privilegeWithdrawn' }),
]

function fill() {
  const database = openDatabase()
  const store = createCertificateStore(database)
  for (const certificate of FLEET) store.insert(certificate)
  return { store, [Symbol.dispose]: () => database[Symbol.dispose]() }
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

  test('is in the order of the fingerprints, page by page, each as it was inserted', () => {
    using at = fill()
    const first = at.store.list({ now: NOON, limit: 10 })
    const { nextCursor = '' } = first
    const second = at.store.list({ now: NOON, limit: 10, after: nextCursor })
    const sorted = FLEET.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
    expect([...first.items, ...second.items]).toStrictEqual(sorted)
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
    expect(listed({ kind: 'service' })).toStrictEqual([service])
    expect(listed({ subjectId: 'active' })).toHaveLength(2)
    expect(listed({ subjectId: 'active', kind: 'service' })).toStrictEqual([service])
    expect(listed({ serialNumber: service.serialNumber })).toStrictEqual([service])
    expect(listed({ fingerprint: service.fingerprint })).toStrictEqual([service])
    expect(listed({ fingerprint: service.fingerprint, state: 'revoked' })).toEqual([])
  })
})

test('those that wait are counted, and no longer once they are approved or rejected', () => {
  using at = fill()
  expect(at.store.countPending()).toBe(2)
  const [pending] = FLEET.filter(({ subjectId }) => subjectId === 'pending')
  at.store.approve(pending?.fingerprint ?? '')
  expect(at.store.countPending()).toBe(1)
  expect(at.store.findByFingerprint(pending?.fingerprint ?? '')?.pendingSince).toBeUndefined()
})

test('what was registered by its fingerprint is completed', () => {
  using at = fill()
  const [unseen] = FLEET.filter(({ subjectId }) => subjectId === 'unseen')
  const fingerprint = unseen?.fingerprint ?? ''
  const contents = { serialNumber: '01', notBefore: NOON, notAfter: NOON, subject: 'CN=unseen', pem: 'PEM' }
  at.store.complete(fingerprint, contents)
  expect(at.store.findByFingerprint(fingerprint)).toStrictEqual({ ...unseen, ...contents })
})

test('a revoked certificate is not forgotten', () => {
  using at = fill()
  for (const { fingerprint } of FLEET) at.store.forget(fingerprint)
  const kept = at.store.list({ now: NOON, limit: 100 }).items.map(({ subjectId }) => subjectId)
  expect(kept.toSorted()).toEqual(['held', 'rejected', 'revoked', 'superseded'])
})
