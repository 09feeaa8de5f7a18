import { describe, expect, test } from 'vitest'
import type { RefusalCause } from '../../src/refusal.ts'
import type { Admission } from '../../src/registry/admission.ts'
import type { AuthMode } from '../../src/registry/auth-mode.ts'
import { type ConnectAdmission, decideAdmission, type Shown } from '../../src/registry/connect-admission.ts'
import { ANONYMOUS } from '../../src/registry/identity.ts'
import type { LoginJudgement } from '../../src/registry/logins.ts'
import { createCertificate, minutesAfterNoon } from '../db/records.ts'

const PUMP = { kind: 'device', id: 'pump', userId: 'default' } as const
const CERTIFICATE = createCertificate('pump', { notAfter: minutesAfterNoon(10) })

const CERTIFICATES = {
  none: undefined,
  good: { admitted: true, identity: PUMP, certificate: CERTIFICATE },
  revoked: { admitted: false, cause: 'certificate_revoked', presented: {} },
  expired: { admitted: false, cause: 'certificate_expired', presented: {}, expected: 'a time' },
} as const satisfies Record<string, Admission | undefined>

const LOGINS = {
  none: undefined,
  same: { identity: PUMP, credential: 'token:k1', endsAt: minutesAfterNoon(5) },
  other: { identity: { ...PUMP, id: 'valve' }, credential: 'token:k2', endsAt: undefined },
  'namesake service': { identity: { ...PUMP, kind: 'service' }, credential: 'token:k3', endsAt: undefined },
  revoked: { cause: 'token_revoked', presented: {} },
  expired: { cause: 'token_expired', presented: {} },
  unproven: { compare: () => Promise.reject(new Error('nobody compares here')) },
} as const satisfies Record<string, LoginJudgement | undefined>

type Outcome = RefusalCause | 'pump' | 'valve' | 'anonymous' | 'compare'
type Row = readonly [mtls: Outcome, token: Outcome, open: Outcome, or: Outcome, and: Outcome]

const MODES: readonly AuthMode[] = ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token']
const [MISSING, NO_LOGIN, NOTHING] = ['certificate_missing', 'login_missing', 'credential_missing'] as const
const [REVOKED, EXPIRED] = ['certificate_revoked', 'certificate_expired'] as const
const [T_REVOKED, T_EXPIRED, DIFFER] = ['token_revoked', 'token_expired', 'credentials_differ'] as const

type Cells = Readonly<Record<keyof typeof LOGINS, Row>>

/** By certificate, then by login; in the order of MODES. */
const TABLE: Readonly<Record<keyof typeof CERTIFICATES, Cells>> = {
  none: {
    none: [MISSING, NO_LOGIN, 'anonymous', NOTHING, MISSING],
    same: [MISSING, 'pump', 'anonymous', 'pump', MISSING],
    other: [MISSING, 'valve', 'anonymous', 'valve', MISSING],
    'namesake service': [MISSING, 'pump', 'anonymous', 'pump', MISSING],
    revoked: [MISSING, T_REVOKED, T_REVOKED, T_REVOKED, MISSING],
    expired: [MISSING, T_EXPIRED, T_EXPIRED, T_EXPIRED, MISSING],
    unproven: [MISSING, 'compare', 'compare', 'compare', MISSING],
  },
  good: {
    none: ['pump', NO_LOGIN, 'anonymous', 'pump', NO_LOGIN],
    same: ['pump', 'pump', 'anonymous', 'pump', 'pump'],
    other: [DIFFER, 'valve', 'anonymous', DIFFER, DIFFER],
    'namesake service': [DIFFER, 'pump', 'anonymous', DIFFER, DIFFER],
    revoked: [T_REVOKED, T_REVOKED, T_REVOKED, T_REVOKED, T_REVOKED],
    expired: [T_EXPIRED, T_EXPIRED, T_EXPIRED, T_EXPIRED, T_EXPIRED],
    unproven: ['compare', 'compare', 'compare', 'compare', 'compare'],
  },
  revoked: badCertificate(REVOKED),
  expired: badCertificate(EXPIRED),
}

/** Where certificates are looked at, a bad one refuses whatever else is shown, and nothing more is judged. */
function badCertificate(cause: RefusalCause): Cells {
  const row = (token: Outcome, open: Outcome): Row => [cause, token, open, cause, cause]
  return {
    none: row(NO_LOGIN, 'anonymous'),
    same: row('pump', 'anonymous'),
    other: row('valve', 'anonymous'),
    'namesake service': row('pump', 'anonymous'),
    revoked: row(T_REVOKED, T_REVOKED),
    expired: row(T_EXPIRED, T_EXPIRED),
    unproven: row('compare', 'compare'),
  }
}

describe('the decision', () => {
  for (const [certificate, logins] of Object.entries(TABLE)) {
    for (const [login, outcomes] of Object.entries(logins)) {
      for (const [index, mode] of MODES.entries()) {
        const expected = outcomes[index]
        test(`${mode}, certificate ${certificate}, login ${login}: ${expected}`, () => {
          const shown = show(CERTIFICATES[certificate as never], LOGINS[login as never])
          expect(outcomeOf(decideAdmission(mode, shown))).toBe(expected)
        })
      }
    }
  }

  test('names all that was shown, and ends with the first of it', () => {
    expect(decideAdmission('mtls_and_token', show(CERTIFICATES.good, LOGINS.same))).toEqual({
      admitted: true,
      identity: PUMP,
      certificate: CERTIFICATE,
      credentials: [CERTIFICATE.fingerprint, 'token:k1'],
      endsAt: minutesAfterNoon(5),
    })
    expect(decideAdmission('mtls', show(CERTIFICATES.good, undefined))).toMatchObject({ endsAt: minutesAfterNoon(10) })
    expect(decideAdmission('token', show(undefined, LOGINS.other))).toEqual({
      admitted: true,
      identity: LOGINS.other.identity,
      credentials: ['token:k2'],
    })
    expect(decideAdmission('https_only', show(CERTIFICATES.good, LOGINS.same))).toEqual({
      admitted: true,
      identity: ANONYMOUS,
      credentials: [],
    })
  })

  test('tells what was expected of whom', () => {
    expect(decideAdmission('mtls_and_token', show(CERTIFICATES.good, LOGINS.other))).toEqual({
      admitted: false,
      cause: 'credentials_differ',
      presented: { identity: 'device:pump', userName: 'valve' },
      expected: 'user name and token of pump',
    })
    expect(decideAdmission('mtls', show(CERTIFICATES.expired, undefined))).toBe(CERTIFICATES.expired)
  })

  test('judges no certificate where it is not looked at, and no password of one who is refused without it', () => {
    const never = () => {
      throw new Error('judged in vain')
    }
    expect(decideAdmission('token', { certificate: never, login: () => LOGINS.same }).admitted).toBe(true)
    expect(decideAdmission('mtls', { certificate: undefined, login: never }).admitted).toBe(false)
    expect(decideAdmission('mtls', { certificate: () => CERTIFICATES.revoked, login: never }).admitted).toBe(false)
  })
})

function show(certificate: Admission | undefined, login: LoginJudgement | undefined): Shown {
  return { certificate: certificate && (() => certificate), login: login && (() => login) }
}

function outcomeOf(admission: ConnectAdmission): string {
  if (admission.admitted === undefined) return 'compare'
  if (!admission.admitted) return admission.cause
  return admission.identity.kind === 'anonymous' ? 'anonymous' : admission.identity.id
}
