import { expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createTrustAnchorStore } from '../../src/db/trust-anchor-store.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import { noteTrustAnchor } from '../../src/registry/trust-anchors.ts'
import { createCertificate, NOON } from './records.ts'

const HOUR = 3_600_000
const at = (hours: number) => new Date(NOON.getTime() + hours * HOUR)

test('devices are counted by what they were given with their newest active certificate', () => {
  using database = openDatabase()
  const anchors = createTrustAnchorStore(database)
  const certificates = createCertificateStore(database)
  const issue = (subjectId: string, hours: number, more: Partial<Certificate> = {}): void =>
    certificates.insert(createCertificate(subjectId, { createdAt: at(hours), notAfter: at(1000), ...more }))
  const start = (fingerprint: string, hours: number) => noteTrustAnchor(anchors, { fingerprint, own: 'OWN' }, at(hours))

  expect(start('OWN', 0)).toBe(0)
  expect(anchors.current()).toBeUndefined()
  issue('early', 1)
  issue('renewed', 1)
  issue('revoked', 1, { revokedAt: at(2), revocationReason: 'unspecified' })
  issue('expired', 1, { notAfter: at(2) })
  issue('backend', 1, { kind: 'service' })
  expect(start('WEB', 3)).toBe(2)
  expect(anchors.current()).toBe('WEB')
  issue('renewed', 4)
  issue('late', 4)
  issue('moved in', 4, { origin: 'imported' })
  expect(start('WEB', 5)).toBe(2)
  // Back again: those of the time between do not trust the CA.
  expect(start('OWN', 6)).toBe(2)
  expect(start('OWN', 6)).toBe(2)
  expect(start('WEB', 6)).toBe(2)
  expect(anchors.current()).toBe('WEB')
})
