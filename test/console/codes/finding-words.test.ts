import { afterEach, describe, expect, test } from 'vitest'
import { tellFinding } from '../../../src/console/codes/finding-words.ts'
import { FINDINGS_RUSSIAN } from '../../../src/console/codes/findings-russian.ts'
import { language } from '../../../src/console/language.ts'
import type { FindingCode, FindingValues } from '../../../src/finding.ts'
import { FINDING_TEXT } from '../../../src/registry/diagnosis/finding-text.ts'

const AT = '2026-11-22T12:00:00.000Z'
const OWN = { subject: 'CN=Signet', at: AT }
const DEVICE = { kind: 'device', id: 'pump' } as const
const REFUSED = { cause: 'certificate_missing', count: 3, mend: 'show one' } as const

const EXAMPLES: { readonly [Code in FindingCode]: readonly FindingValues[Code][] } = {
  ready: [{}],
  not_ready: [{ check: 'database' }, { check: 'backup' }],
  backup_failed: [{}],
  backup_missing: [{}],
  backup_overdue: [{ at: AT }],
  ca_key_locked: [{}],
  ca_refused: [{}],
  crl_behind: [{}],
  crl_unsigned: [{}],
  certificate_ending: [{ at: AT }],
  certificate_early: [{ at: AT }],
  certificate_not_taken: [{}],
  listening: [{ listeners: 'MQTTS 8883' }],
  clock: [{ now: AT }],
  clock_early: [{ now: AT, subject: 'CN=Signet', notBefore: AT }],
  ca_expired: [OWN],
  ca_ends: [{ ...OWN, days: 5 }],
  server_expired: [OWN],
  server_ends: [{ ...OWN, days: 5 }],
  names: [{ names: 'localhost' }],
  names_alone: [{ names: 'localhost' }],
  host_missing: [{ host: 'hub', names: 'localhost' }],
  disk: [{ free: 5, total: 9 }],
  nobody_refused: [{}],
  lately_refused: [
    { ...REFUSED, whom: 'pump', more: 2 },
    { ...REFUSED, whom: 'pump', more: 0 },
  ],
  active: [DEVICE],
  suspended: [DEVICE, { kind: 'service', id: 'bridge' }],
  suspected: [{ ...DEVICE, at: AT, sign: 'two_addresses', action: 'told' }],
  login: [{ name: 'token t' }],
  no_certificate: [DEVICE],
  certificate_unfit: [
    { ...DEVICE, fingerprint: 'F', state: 'revoked', revokedAt: AT, revocationReason: 'keyCompromise' },
    { ...DEVICE, fingerprint: 'F', state: 'revoked', revokedAt: AT },
    { ...DEVICE, fingerprint: 'F', state: 'pending' },
    { ...DEVICE, fingerprint: 'F', state: 'held', notAfter: AT },
    { ...DEVICE, fingerprint: 'F', state: 'not_yet_valid', notAfter: AT },
    { ...DEVICE, fingerprint: 'F', state: 'of another version' },
  ],
  certificate_active: [
    { ...DEVICE, fingerprint: 'F', notAfter: AT, days: 5, firstSeenAt: AT },
    { ...DEVICE, fingerprint: 'F' },
  ],
  connected: [{ clientId: 'pump', address: '192.0.2.7' }],
  silent: [{}],
  last_seen: [{ at: AT }],
  left: [{ at: AT }],
  away: [
    { event: 'disconnected', at: AT, reason: 'normal' },
    { event: 'connected', at: AT },
  ],
  refused: [
    { ...REFUSED, at: AT, address: '192.0.2.7', expected: 'CN=pump', isItself: true },
    { ...REFUSED, at: AT, address: '192.0.2.7', isItself: false },
  ],
}

afterEach(() => {
  language.value = 'en'
})

describe('a finding is told in Russian, with what mends it where the hub says what does:', () => {
  for (const code of Object.keys(EXAMPLES) as FindingCode[]) {
    test(code, () => {
      for (const values of EXAMPLES[code]) {
        const [detail, mend] = FINDING_TEXT[code](values as never)
        const found = { code, values: { ...values }, detail, mend: mend ?? null }
        expect(tellFinding(found)).toEqual({ detail, mend })
        language.value = 'ru'
        const told = tellFinding(found)
        expect(told.detail).toMatch(/[а-яё]/i)
        expect(told.detail).not.toMatch(/undefined|null|NaN|Invalid/)
        expect(told.mend === undefined).toBe(mend === undefined)
        // What is in order is not to be mended.
        expect(tellFinding({ ...found, mend: null }).mend).toBeUndefined()
        language.value = 'en'
      }
    })
  }

  test('none is left out', () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(Object.keys(FINDINGS_RUSSIAN).toSorted())
  })
})

test('what a newer hub finds is told in the words of that hub', () => {
  language.value = 'ru'
  const found = { code: 'of_tomorrow', values: {}, detail: 'new', mend: 'wait' }
  expect(tellFinding(found)).toEqual({ detail: 'new', mend: 'wait' })
})
