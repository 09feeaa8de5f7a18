import { describe, expect, test } from 'vitest'
import { type Certificate, isActive, whyUnusable } from '../../src/registry/certificate.ts'
import { createCertificate } from '../db/records.ts'
import { HOUR_MS, NOON } from './registry-scene.ts'

const hours = (count: number): Date => new Date(NOON.getTime() + count * HOUR_MS)

interface Row {
  readonly name: string
  readonly changes?: Partial<Certificate>
  readonly at?: Date
  readonly expected: ReturnType<typeof whyUnusable>
}

const ROWS: readonly Row[] = [
  { name: 'inside its dates', expected: undefined },
  // RFC 5280 §4.1.2.5: the period includes both ends
  { name: 'at its notBefore', at: hours(-1), expected: undefined },
  { name: 'at its notAfter', at: hours(1), expected: undefined },
  { name: 'before its notBefore', at: new Date(hours(-1).getTime() - 1), expected: 'certificate_not_yet_valid' },
  { name: 'after its notAfter', at: new Date(hours(1).getTime() + 1), expected: 'certificate_expired' },
  { name: 'retiring later', changes: { retiresAt: new Date(NOON.getTime() + 1) }, expected: undefined },
  { name: 'retiring now', changes: { retiresAt: NOON }, expected: 'certificate_superseded' },
  { name: 'revoked', changes: { revokedAt: NOON, revocationReason: 'keyCompromise' }, expected: 'certificate_revoked' },
  {
    name: 'revoked by its successor',
    changes: { revokedAt: NOON, revocationReason: 'superseded' },
    expected: 'certificate_superseded',
  },
  { name: 'on hold', changes: { revokedAt: NOON, revocationReason: 'certificateHold' }, expected: 'certificate_held' },
  {
    name: 'revoked and expired',
    changes: { revokedAt: NOON, revocationReason: 'unspecified' },
    at: hours(2),
    expected: 'certificate_revoked',
  },
]

describe('a certificate may be used while it is neither revoked, retired nor outside its dates', () => {
  for (const { name, changes, at = NOON, expected } of ROWS) {
    test(`${expected ?? 'active'}: ${name}`, () => {
      const certificate = createCertificate('d1', { notBefore: hours(-1), notAfter: hours(1), ...changes })
      expect(whyUnusable(certificate, at)).toBe(expected)
      expect(isActive(certificate, at)).toBe(expected === undefined)
    })
  }
})
