import { expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import { createCertificate, NOON } from './records.ts'

const FLEET: readonly Certificate[] = [
  createCertificate('active'),
  createCertificate('pending', { pendingSince: NOON, origin: 'presented', subject: 'CN=pending' }),
  createCertificate('pending-too', { pendingSince: NOON }),
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

test('those that wait are counted, and no longer once they are approved or rejected', () => {
  using at = fill()
  expect(at.store.countPending()).toBe(2)
  const [pending] = FLEET.filter(({ subjectId }) => subjectId === 'pending')
  at.store.approve(pending?.fingerprint ?? '')
  expect(at.store.countPending()).toBe(1)
  expect(at.store.findByFingerprint(pending?.fingerprint ?? '')?.pendingSince).toBeUndefined()
})

test('a revoked certificate is not forgotten', () => {
  using at = fill()
  for (const { fingerprint } of FLEET) at.store.forget(fingerprint)
  const kept = at.store.list({ now: NOON, limit: 100 }).items.map(({ subjectId }) => subjectId)
  expect(kept.toSorted()).toEqual(['held', 'rejected', 'revoked'])
})
