import { expect, test } from 'vitest'
import { shapeListed } from '../../../src/api/resources/certificate.ts'
import type { Certificate } from '../../../src/registry/certificate.ts'

const AT = new Date('2026-11-22T12:00:00Z')

const UNSEEN: Certificate = {
  id: '3f6f2f7e-7d0a-4c57-8a53-0d3c3e1f6a11',
  kind: 'device',
  subjectId: 'pump',
  fingerprint: 'AA:BB',
  serialNumber: undefined,
  pem: undefined,
  notBefore: undefined,
  notAfter: undefined,
  origin: 'imported',
  createdAt: AT,
  firstSeenAt: undefined,
  retiresAt: undefined,
  revokedAt: undefined,
  revocationReason: undefined,
}

test('what is not known of a certificate yet is null', () => {
  expect(shapeListed({ certificate: UNSEEN, state: 'active' })).toEqual({
    id: UNSEEN.id,
    fingerprint: 'AA:BB',
    createdAt: AT.toISOString(),
    serialNumber: null,
    notBefore: null,
    notAfter: null,
    firstSeenAt: null,
    retiresAt: null,
    revokedAt: null,
    revocationReason: null,
    state: 'active',
    kind: 'device',
    subjectId: 'pump',
    subject: null,
    profile: null,
    pendingSince: null,
  })
})

test('what is known is told, times in UTC', () => {
  const certificate: Certificate = {
    ...UNSEEN,
    serialNumber: '0A',
    subject: 'CN=pump',
    notBefore: AT,
    notAfter: AT,
    pendingSince: AT,
    firstSeenAt: AT,
    retiresAt: AT,
    revokedAt: AT,
    revocationReason: 'keyCompromise',
  }
  const at = AT.toISOString()
  expect(shapeListed({ certificate, state: 'revoked' })).toMatchObject({
    serialNumber: '0A',
    subject: 'CN=pump',
    notBefore: at,
    notAfter: at,
    pendingSince: at,
    firstSeenAt: at,
    retiresAt: at,
    revokedAt: at,
    revocationReason: 'keyCompromise',
  })
})
