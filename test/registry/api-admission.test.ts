import { describe, expect, test } from 'vitest'
import type { RefusalCause } from '../../src/refusal.ts'
import type { AdministratorAdmission } from '../../src/registry/administrator-admission.ts'
import {
  type ApiAdmission,
  type ApiArrival,
  type ApiAuth,
  decideApiAdmission,
  type LoginJudgement,
} from '../../src/registry/api-admission.ts'
import type { Role } from '../../src/registry/api-token.ts'
import type { AuthMode } from '../../src/registry/auth-mode.ts'
import { createApiToken, createCertificate, NOON } from '../db/records.ts'
import { createScene, peerOf, type Scene } from './registry-scene.ts'

const CERTIFICATE = createCertificate('eva', { kind: 'administrator' })
const EVA = { name: 'eva', role: 'operator', createdAt: NOON } as const

const CERTIFICATES = {
  none: undefined,
  good: { admitted: true, administrator: EVA, certificate: CERTIFICATE },
  bad: { admitted: false, cause: 'certificate_revoked', presented: {} },
} as const satisfies Record<string, AdministratorAdmission | undefined>

const TOKENS = {
  none: undefined,
  same: { token: createApiToken('k1', { name: 'eva', role: 'auditor' }) },
  larger: { token: createApiToken('k2', { name: 'eva', role: 'admin' }) },
  incomparable: { token: createApiToken('k3', { name: 'eva', role: 'validator' }) },
  other: { token: createApiToken('k4', { name: 'Eva', role: 'admin' }) },
  bad: { cause: 'token_invalid' },
  malformed: { cause: 'token_missing' },
} as const satisfies Record<string, LoginJudgement | undefined>

type Outcome = RefusalCause | Role
type Row = readonly [mtls: Outcome, token: Outcome, closed: Outcome, or: Outcome, and: Outcome]
type Cells = Readonly<Record<keyof typeof TOKENS, Row>>

const MODES: readonly AuthMode[] = ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token']
const [MISSING, NO_TOKEN, CLOSED] = ['certificate_missing', 'token_missing', 'api_closed'] as const
const [BAD, BAD_TOKEN, DIFFER] = ['certificate_revoked', 'token_invalid', 'credentials_differ'] as const

/** By certificate, then by token; in the order of MODES. */
const TABLE: Readonly<Record<keyof typeof CERTIFICATES, Cells>> = {
  none: {
    none: [MISSING, NO_TOKEN, CLOSED, 'credential_missing', MISSING],
    same: [MISSING, 'auditor', CLOSED, 'auditor', MISSING],
    larger: [MISSING, 'admin', CLOSED, 'admin', MISSING],
    incomparable: [MISSING, 'validator', CLOSED, 'validator', MISSING],
    other: [MISSING, 'admin', CLOSED, 'admin', MISSING],
    bad: [MISSING, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, MISSING],
    malformed: [MISSING, NO_TOKEN, NO_TOKEN, NO_TOKEN, MISSING],
  },
  good: {
    none: ['operator', NO_TOKEN, CLOSED, 'operator', NO_TOKEN],
    same: ['auditor', 'auditor', CLOSED, 'auditor', 'auditor'],
    larger: ['operator', 'admin', CLOSED, 'operator', 'operator'],
    incomparable: [DIFFER, 'validator', CLOSED, DIFFER, DIFFER],
    other: [DIFFER, 'admin', CLOSED, DIFFER, DIFFER],
    bad: [BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN],
    malformed: [NO_TOKEN, NO_TOKEN, NO_TOKEN, NO_TOKEN, NO_TOKEN],
  },
  bad: {
    none: [BAD, NO_TOKEN, CLOSED, BAD, BAD],
    same: [BAD, 'auditor', CLOSED, BAD, BAD],
    larger: [BAD, 'admin', CLOSED, BAD, BAD],
    incomparable: [BAD, 'validator', CLOSED, BAD, BAD],
    other: [BAD, 'admin', CLOSED, BAD, BAD],
    bad: [BAD, BAD_TOKEN, BAD_TOKEN, BAD, BAD],
    malformed: [BAD, NO_TOKEN, NO_TOKEN, BAD, BAD],
  },
}

describe('the decision', () => {
  for (const [certificate, tokens] of Object.entries(TABLE)) {
    for (const [token, outcomes] of Object.entries(tokens)) {
      for (const [index, mode] of MODES.entries()) {
        const expected = outcomes[index]
        test(`${mode}, certificate ${certificate}, token ${token}: ${expected}`, () => {
          const auth = { mode, openOnLoopback: false }
          expect(outcomeOf(decideApiAdmission(auth, show(certificate, token), true))).toBe(expected)
        })
      }
    }
  }

  for (const { mode, openOnLoopback, isLoopback, expected } of [
    { mode: 'https_only', openOnLoopback: true, isLoopback: true, expected: 'admin' },
    { mode: 'https_only', openOnLoopback: true, isLoopback: false, expected: CLOSED },
    { mode: 'https_only', openOnLoopback: false, isLoopback: true, expected: CLOSED },
    { mode: 'token', openOnLoopback: true, isLoopback: true, expected: NO_TOKEN },
    { mode: 'mtls', openOnLoopback: true, isLoopback: true, expected: MISSING },
    { mode: 'mtls_or_token', openOnLoopback: true, isLoopback: true, expected: 'credential_missing' },
  ] as const) {
    test(`${mode}, ${openOnLoopback ? 'open' : 'closed'}, ${isLoopback ? 'from here' : 'from afar'}: ${expected}`, () => {
      expect(outcomeOf(decideApiAdmission({ mode, openOnLoopback }, show('none', 'none'), isLoopback))).toBe(expected)
    })
  }

  test('tells whose token was shown beside whose certificate', () => {
    expect(decideApiAdmission({ mode: 'mtls', openOnLoopback: false }, show('good', 'other'), false)).toEqual({
      admitted: false,
      cause: DIFFER,
      presented: { identity: 'administrator:eva', tokenId: 'k4', tokenName: 'Eva' },
      expected: 'a token named eva, of the role operator or one that it includes',
    })
  })
})

describe('a session of the console', () => {
  const LIVE = {
    id: 's1',
    via: 'link',
    tokenId: undefined,
    createdAt: NOON,
    lastUsedAt: NOON,
    expiresAt: NOON,
  } as const
  const sessionOf = ({ token }: Extract<LoginJudgement, { readonly token: unknown }>): LoginJudgement => ({
    session: { ...LIVE, name: token?.name ?? '', role: token?.role ?? 'validator' },
  })

  for (const [certificate, cells] of Object.entries(TABLE)) {
    for (const token of ['same', 'larger', 'incomparable', 'other'] as const) {
      test(`is worth what a token is worth: ${token}, certificate ${certificate}`, () => {
        const { certificate: shown } = show(certificate, token)
        const outcomes = MODES.map((mode) => {
          const auth = { mode, openOnLoopback: false }
          return outcomeOf(
            decideApiAdmission(auth, { certificate: shown, login: () => sessionOf(TOKENS[token]) }, true),
          )
        })
        expect(outcomes).toEqual(cells[token])
      })
    }
  }

  test('of another than the certificate is told by its id', () => {
    const shown = { ...show('good', 'none'), login: () => sessionOf(TOKENS.other) }
    expect(decideApiAdmission({ mode: 'mtls', openOnLoopback: false }, shown, false)).toMatchObject({
      cause: DIFFER,
      presented: { identity: 'administrator:eva', sessionId: 's1', sessionName: 'Eva' },
    })
  })

  test('is asked at every request, and used by those alone that ask for something', async () => {
    using scene = await createScene()
    const begun = scene.clock()
    const { apiAdmissions, signIns, consoleSessions } = scene.registry
    const signIn = signIns.recognise({ token: tokenOf(scene, 'operator') }, '192.0.2.7')
    const arrival = { ...fromAfar(), session: signIn.secret.token }
    expect(apiAdmissions.admit(arrival)).toEqual({ admitted: false, cause: 'console_session_invalid' })
    signIns.open(signIn)
    scene.advance(60_000)
    expect(apiAdmissions.judge(arrival)).toMatchObject({ role: 'operator', session: { lastUsedAt: begun } })
    expect(consoleSessions.list()).toMatchObject([{ lastUsedAt: begun }])
    expect(apiAdmissions.admit(arrival)).toMatchObject({ role: 'operator', session: { name: 'eva' } })
    expect(consoleSessions.list()).toMatchObject([{ lastUsedAt: scene.clock() }])
    expect(apiAdmissions.whyLockedOut(arrival, { mode: 'token', openOnLoopback: false })).toBe('role_too_small')
    consoleSessions.end(signIn.session.id)
    expect(apiAdmissions.admit(arrival)).toEqual({ admitted: false, cause: 'console_session_invalid' })
  })
})

describe('hub.sock', () => {
  for (const mode of MODES) {
    test(`is the administrator in ${mode}, unless a bad token is shown there`, async () => {
      using scene = await createScene({ apiAuth: { mode, openOnLoopback: false } })
      const { admit } = scene.registry.apiAdmissions
      expect(admit(local())).toEqual({ admitted: true, role: 'admin' })
      expect(admit(local(tokenOf(scene, 'auditor')))).toMatchObject({ admitted: true, role: 'admin' })
      expect(admit(local('sgn_wrong'))).toEqual({ admitted: false, cause: BAD_TOKEN })
    })
  }
})

describe('who calls', () => {
  test('is asked at every request: a certificate or token that ended is refused at the next', async () => {
    using scene = await createScene({ apiAuth: { mode: 'mtls_and_token', openOnLoopback: false } })
    const { apiAdmissions, administratorCertificates } = scene.registry
    const { certificate } = await administratorCertificates.issue({ name: 'eva' })
    const arrival = { ...fromAfar(tokenOf(scene, 'operator')), peer: peerOf(certificate) }
    expect(apiAdmissions.admit(arrival)).toMatchObject({
      role: 'operator',
      certificate: { subjectId: 'eva' },
      token: { name: 'eva' },
    })
    await administratorCertificates.revoke('eva', 'keyCompromise')
    expect(apiAdmissions.admit(arrival)).toMatchObject({ admitted: false, cause: BAD })
  })

  test('is noted with its certificate only when it was let in', async () => {
    using scene = await createScene({ apiAuth: { mode: 'mtls_and_token', openOnLoopback: false } })
    const { apiAdmissions, administratorCertificates } = scene.registry
    const { certificate } = await administratorCertificates.issue({ name: 'eva' })
    const seen = () => scene.stores.certificates.findByFingerprint(certificate.fingerprint)?.firstSeenAt
    apiAdmissions.admit({ ...fromAfar(), peer: peerOf(certificate) })
    expect(seen()).toBeUndefined()
    apiAdmissions.admit({ ...fromAfar(tokenOf(scene, 'admin')), peer: peerOf(certificate) })
    expect(seen()).toEqual(scene.clock())
  })
})

describe('a change of what is asked', () => {
  const modes = (mode: AuthMode, openOnLoopback = false): ApiAuth => ({ mode, openOnLoopback })

  for (const { name, from, next, expected } of [
    { name: 'a token', from: 'token', next: modes('mtls'), expected: MISSING },
    { name: 'a token', from: 'token', next: modes('mtls_or_token'), expected: undefined },
    { name: 'a token', from: 'token', next: modes('https_only'), expected: CLOSED },
    { name: 'a token, from here', from: 'token', next: modes('https_only', true), expected: undefined },
    { name: 'a certificate', from: 'mtls', next: modes('token'), expected: NO_TOKEN },
    { name: 'a certificate', from: 'mtls', next: modes('mtls_and_token'), expected: NO_TOKEN },
    { name: 'a certificate', from: 'mtls', next: modes('mtls_or_token'), expected: undefined },
    { name: 'both', from: 'mtls_or_token', next: modes('mtls_and_token'), expected: undefined },
    { name: 'both', from: 'mtls_or_token', next: modes('token'), expected: undefined },
    { name: 'hub.sock', from: 'token', next: modes('https_only'), expected: undefined },
  ] as const) {
    test(`from ${from} to ${next.mode} ${expected ? 'locks out' : 'keeps'} whoever came by ${name}`, async () => {
      using scene = await createScene({ apiAuth: modes(from) })
      const { apiAdmissions, administratorCertificates } = scene.registry
      const { certificate } = await administratorCertificates.issue({ name: 'eva' })
      const token = tokenOf(scene, 'admin')
      const arrivals: Readonly<Record<typeof name, ApiArrival>> = {
        'a token': fromAfar(token),
        'a token, from here': { ...fromAfar(token), isLoopback: true },
        'a certificate': { ...fromAfar(), peer: peerOf(certificate) },
        both: { ...fromAfar(token), peer: peerOf(certificate) },
        'hub.sock': local(),
      }
      expect(apiAdmissions.admit(arrivals[name]).admitted).toBe(true)
      expect(apiAdmissions.whyLockedOut(arrivals[name], next)).toBe(expected)
    })
  }
})

function show(certificate: string, token: string) {
  const [shown, login] = [CERTIFICATES[certificate as never], TOKENS[token as never]]
  return { certificate: shown && (() => shown), login: login && (() => login) }
}

function outcomeOf(admission: ApiAdmission): string {
  return admission.admitted ? admission.role : admission.cause
}

function tokenOf({ registry }: Scene, role: Role): string {
  return registry.tokens.create({ name: 'eva', role }).token
}

function fromAfar(token?: string): ApiArrival {
  return { peer: {}, authorization: token === undefined ? undefined : { token }, isLoopback: false, isLocal: false }
}

function local(token?: string): ApiArrival {
  return { ...fromAfar(token), isLoopback: true, isLocal: true }
}
