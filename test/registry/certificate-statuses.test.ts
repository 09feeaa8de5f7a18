import { expect, test } from 'vitest'
import { createCertificateStatusStore } from '../../src/db/certificate-status-store.ts'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { statusOfSerialNumber } from '../../src/registry/certificate-statuses.ts'
import { createCertificate, minutesAfterNoon, NOON } from '../db/records.ts'

const revoked = (minutes: number) =>
  ({ revokedAt: minutesAfterNoon(minutes), revocationReason: 'keyCompromise' }) as const

for (const { name, certificates, expected } of [
  { name: 'nobody has', certificates: [], expected: { status: 'unknown' } },
  { name: 'a good certificate has', certificates: [{}], expected: { status: 'good' } },
  {
    name: 'an expired certificate has',
    certificates: [{ notAfter: minutesAfterNoon(-1) }],
    expected: { status: 'good' },
  },
  {
    name: 'a revoked certificate has',
    certificates: [revoked(3)],
    expected: { status: 'revoked', revokedAt: minutesAfterNoon(3), reason: 'keyCompromise' },
  },
  {
    name: 'a certificate has that was revoked when no reason was kept',
    certificates: [{ revokedAt: minutesAfterNoon(3) }],
    expected: { status: 'revoked', revokedAt: minutesAfterNoon(3), reason: 'unspecified' },
  },
  {
    name: 'a certificate that waits for approval has',
    certificates: [{ pendingSince: NOON }],
    expected: { status: 'unknown' },
  },
  {
    name: 'a rejected certificate has',
    certificates: [{ pendingSince: NOON, ...revoked(1) }],
    expected: { status: 'revoked', revokedAt: minutesAfterNoon(1), reason: 'keyCompromise' },
  },
  { name: 'a certificate of the CA itself has', certificates: [{ issuer: 'AA' }], expected: { status: 'good' } },
  {
    name: 'a certificate of the CA before it has',
    certificates: [{ issuer: 'BB', ...revoked(1) }],
    expected: { status: 'unknown' },
  },
  {
    name: 'three certificates of another CA have, two of them revoked',
    certificates: [{}, revoked(5), revoked(3)],
    expected: { status: 'revoked', revokedAt: minutesAfterNoon(3), reason: 'keyCompromise' },
  },
  {
    name: 'a certificate of another CA has beside one that waits',
    certificates: [{ pendingSince: NOON }, {}],
    expected: { status: 'good' },
  },
]) {
  test(`of a serial number that ${name} is said: ${expected.status}`, () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    for (const changes of certificates) store.insert(createCertificate('pump', { serialNumber: '4A11', ...changes }))
    store.insert(createCertificate('pump', { serialNumber: '4A12', ...revoked(1) }))
    expect(statusOfSerialNumber(createCertificateStatusStore(database), 'AA', '4A11')).toEqual(expected)
  })
}
