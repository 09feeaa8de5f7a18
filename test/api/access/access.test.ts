import { describe, expect, test } from 'vitest'
import { REFUSAL_MENDS } from '../../../src/refusal.ts'
import type { Role } from '../../../src/registry/api-token.ts'
import { type Call, createHarness, HTTPS, SOCKET } from '../api-harness.ts'
import { FINGERPRINT } from '../registry-double.ts'

const RULES = [{ effect: 'allow', actions: ['publish'], topicFilter: 'a' }]
const LEGACY = {
  hash: { algorithm: 'bcrypt', digest: `$2b$10$${'a'.repeat(53)}` },
  endsAt: '2026-12-31T00:00:00Z',
}
const READERS: readonly Role[] = ['admin', 'operator', 'auditor']
const OPERATORS: readonly Role[] = ['admin', 'operator']
const ADMINS: readonly Role[] = ['admin']
const EVERYBODY: readonly Role[] = ['admin', 'operator', 'auditor', 'validator']

const NDJSON = { 'content-type': 'application/x-ndjson' }
const PASSWORD = 'correct horse battery staple'

interface RoleRow extends Pick<Call, 'json' | 'body' | 'headers'> {
  readonly method: string
  readonly path: string
  readonly roles: readonly Role[]
  readonly refused?: number
}

const CALLS: readonly RoleRow[] = [
  { method: 'POST', path: '/api/devices/certificates/device-001', roles: OPERATORS },
  { method: 'GET', path: '/api/devices/certificates/device-001', roles: READERS },
  { method: 'DELETE', path: '/api/devices/certificates/device-001', roles: OPERATORS },
  {
    method: 'POST',
    path: `/api/devices/certificates/validate/${FINGERPRINT}`,
    roles: ['admin', 'operator', 'auditor', 'validator'],
  },
  { method: 'POST', path: '/api/devices/certificates/validate', roles: ['admin', 'validator'], refused: 401 },
  { method: 'POST', path: '/api/devices/device-001/certificates/csr', json: { csr: 'PEM' }, roles: OPERATORS },
  { method: 'POST', path: '/api/enrolment-tokens', json: { deviceId: 'd' }, roles: OPERATORS },
  { method: 'GET', path: '/api/enrolment-tokens', roles: READERS },
  { method: 'DELETE', path: '/api/enrolment-tokens/e1', roles: OPERATORS },
  { method: 'GET', path: '/api/enrolments', roles: READERS },
  { method: 'POST', path: '/api/enrolments/e1/approve', roles: OPERATORS },
  { method: 'POST', path: '/api/enrolments/e1/reject', roles: OPERATORS },
  { method: 'POST', path: '/api/devices', json: { deviceId: 'd' }, roles: OPERATORS },
  { method: 'GET', path: '/api/devices', roles: READERS },
  { method: 'GET', path: '/api/devices/device-001', roles: READERS },
  { method: 'PATCH', path: '/api/devices/device-001', json: {}, roles: OPERATORS },
  { method: 'DELETE', path: '/api/devices/device-001', roles: OPERATORS },
  { method: 'POST', path: '/api/services', json: { name: 's' }, roles: OPERATORS },
  { method: 'GET', path: '/api/services', roles: READERS },
  { method: 'GET', path: '/api/services/backend', roles: READERS },
  { method: 'PATCH', path: '/api/services/backend', json: {}, roles: OPERATORS },
  { method: 'DELETE', path: '/api/services/backend', roles: OPERATORS },
  { method: 'POST', path: '/api/services/backend/certificates', roles: OPERATORS },
  { method: 'DELETE', path: '/api/services/backend/certificates', roles: OPERATORS },
  { method: 'GET', path: '/api/policies', roles: READERS },
  { method: 'GET', path: '/api/policies/device', roles: READERS },
  { method: 'PUT', path: '/api/policies/device', json: { rules: RULES }, roles: ADMINS },
  { method: 'DELETE', path: '/api/policies/device', roles: ADMINS },
  { method: 'GET', path: '/api/mode', roles: READERS },
  { method: 'POST', path: '/api/admin-certificates', json: { name: 'eva' }, roles: ADMINS },
  { method: 'GET', path: '/api/admin-certificates', roles: ADMINS },
  { method: 'DELETE', path: '/api/admin-certificates/eva', roles: ADMINS },
  { method: 'POST', path: '/api/tokens', json: { name: 't', role: 'auditor' }, roles: ADMINS },
  { method: 'GET', path: '/api/tokens', roles: ADMINS },
  { method: 'DELETE', path: '/api/tokens/id-1', roles: ADMINS },
  { method: 'POST', path: '/api/sign-in-links', roles: ADMINS },
  { method: 'GET', path: '/api/session', roles: EVERYBODY },
  { method: 'DELETE', path: '/api/session', roles: EVERYBODY },
  { method: 'GET', path: '/api/console-sessions', roles: ADMINS },
  { method: 'DELETE', path: '/api/console-sessions/session-of-admin', roles: ADMINS },
  { method: 'GET', path: '/api/ca/authorities', roles: READERS },
  { method: 'GET', path: '/api/ca/rotation', roles: READERS },
  { method: 'POST', path: '/api/ca/rotation', roles: ADMINS },
  { method: 'POST', path: '/api/ca/rotation/retire', roles: ADMINS },
  { method: 'GET', path: '/api/ca/trust-anchors', roles: READERS },
  { method: 'POST', path: '/api/ca/trust-anchors', json: { certificate: 'PEM' }, roles: ADMINS },
  { method: 'PATCH', path: `/api/ca/trust-anchors/${'0A'.repeat(32)}`, json: {}, roles: ADMINS },
  { method: 'DELETE', path: `/api/ca/trust-anchors/${'0A'.repeat(32)}`, roles: ADMINS },
  { method: 'GET', path: '/api/diagnostics/refusals', roles: READERS },
  { method: 'GET', path: '/api/diagnostics/hub', roles: READERS },
  { method: 'GET', path: '/api/diagnostics/denied-topics', roles: READERS },
  { method: 'GET', path: '/api/diagnostics/support-bundle', roles: ADMINS },
  { method: 'GET', path: '/api/overview', roles: READERS },
  { method: 'GET', path: '/api/overview/history', roles: READERS },
  { method: 'GET', path: '/api/search?q=device', roles: READERS },
  { method: 'GET', path: '/api/messages', roles: OPERATORS },
  { method: 'GET', path: '/api/config', roles: READERS },
  { method: 'GET', path: '/api/ca/tree', roles: READERS },
  { method: 'GET', path: '/api/diagnostics/devices/device-001', roles: READERS },
  { method: 'GET', path: '/api/diagnostics/topic?deviceId=device-001&action=publish&topic=open', roles: READERS },
  { method: 'GET', path: '/api/diagnostics/services/backend', roles: READERS },
  { method: 'POST', path: '/api/diagnostics/certificate', json: { certificate: 'PEM' }, roles: READERS },
  { method: 'GET', path: '/api/devices/device-001/diary', roles: READERS },
  { method: 'GET', path: '/api/services/backend/diary', roles: READERS },
  { method: 'GET', path: '/api/devices/certificates/validate', roles: ['admin', 'validator'], refused: 401 },
  { method: 'POST', path: '/api/emqx/authz', roles: ['admin', 'validator'], refused: 401 },
  { method: 'GET', path: '/api/emqx/authz', roles: ['admin', 'validator'], refused: 401 },
  { method: 'POST', path: '/api/import', json: {}, roles: ADMINS },
  { method: 'POST', path: '/api/import/undo', json: { policies: [], devices: [] }, roles: ADMINS },
  { method: 'POST', path: '/api/devices/device-001/certificates/csr', json: { csr: 'PEM' }, roles: OPERATORS },
  { method: 'POST', path: '/api/users/user-1/devices/device-001/rpc', json: { method: 'ping' }, roles: OPERATORS },
  { method: 'POST', path: '/api/publish', json: { topicName: 'a', payload: 'x' }, roles: OPERATORS },
  ...['devices/device-001', 'services/backend'].flatMap((holder) => [
    { method: 'POST', path: `/api/${holder}/tokens`, json: {}, roles: OPERATORS },
    { method: 'GET', path: `/api/${holder}/tokens`, roles: READERS },
    { method: 'POST', path: `/api/${holder}/tokens/a/rotate`, json: {}, roles: OPERATORS },
    { method: 'DELETE', path: `/api/${holder}/tokens/a`, roles: OPERATORS },
  ]),
  { method: 'POST', path: '/api/devices/device-001/certificates/csr', json: { csr: 'PEM' }, roles: OPERATORS },
  { method: 'PUT', path: '/api/devices/device-001/legacy-credential', json: LEGACY, roles: OPERATORS },
  { method: 'DELETE', path: '/api/devices/device-001/legacy-credential', roles: OPERATORS },
  { method: 'GET', path: '/api/certificates', roles: READERS },
  { method: 'GET', path: '/api/certificates/expiry', roles: READERS },
  { method: 'POST', path: '/api/rotations', json: { filter: { all: true } }, roles: OPERATORS },
  { method: 'GET', path: '/api/rotations', roles: READERS },
  { method: 'GET', path: '/api/rotations/1', roles: READERS },
  { method: 'GET', path: '/api/rotations/1/devices', roles: READERS },
  ...['pause', 'resume', 'cancel'].map((word) => ({
    method: 'POST',
    path: `/api/rotations/1/${word}`,
    roles: OPERATORS,
  })),
  { method: 'POST', path: `/api/certificates/${FINGERPRINT}/approve`, json: {}, roles: OPERATORS },
  { method: 'POST', path: `/api/certificates/${FINGERPRINT}/reject`, json: {}, roles: OPERATORS },
  { method: 'POST', path: `/api/certificates/${FINGERPRINT}/hold`, roles: OPERATORS },
  { method: 'POST', path: `/api/certificates/${FINGERPRINT}/unhold`, roles: OPERATORS },
  { method: 'POST', path: '/api/server-certificates', json: { names: ['a.example.com'] }, roles: ADMINS },
  { method: 'POST', path: '/api/server-certificates/renew', roles: ADMINS },
  { method: 'DELETE', path: `/api/server-certificates/${FINGERPRINT}`, roles: ADMINS },
  { method: 'POST', path: '/api/config/reload', roles: ADMINS },
  { method: 'GET', path: '/api/ca', roles: READERS },
  { method: 'POST', path: '/api/ca/unlock', json: {}, roles: ADMINS },
  { method: 'POST', path: '/api/ca/lock', roles: ADMINS },
  { method: 'GET', path: '/api/sessions', roles: READERS },
  { method: 'GET', path: '/api/sessions/device-001', roles: READERS },
  { method: 'DELETE', path: '/api/sessions/device-001', roles: OPERATORS },
  { method: 'GET', path: '/api/bans', roles: READERS },
  { method: 'GET', path: '/metrics', roles: READERS },
  { method: 'POST', path: '/api/devices/bulk', body: '{"deviceId":"a"}\n', headers: NDJSON, roles: OPERATORS },
  { method: 'POST', path: '/api/devices/device-001/certificates/p12', json: { password: PASSWORD }, roles: OPERATORS },
  { method: 'POST', path: '/api/devices/device-001/bundle', roles: OPERATORS },
  { method: 'POST', path: '/api/devices/device-001/claims', json: {}, roles: OPERATORS },
  { method: 'GET', path: '/api/devices/device-001/claims', roles: READERS },
  { method: 'DELETE', path: '/api/devices/device-001/claims', roles: OPERATORS },
  { method: 'POST', path: '/api/services/backend/certificates/p12', json: { password: PASSWORD }, roles: OPERATORS },
  { method: 'POST', path: '/api/admin-certificates/p12', json: { name: 'eva', password: PASSWORD }, roles: ADMINS },
  { method: 'POST', path: '/api/backup', json: { passphrase: PASSWORD }, roles: ADMINS },
  { method: 'GET', path: '/api/events', headers: { accept: 'application/json' }, roles: READERS },
  { method: 'POST', path: '/api/webhooks', json: { url: 'https://a.example.com/', events: ['*'] }, roles: ADMINS },
  { method: 'GET', path: '/api/webhooks', roles: READERS },
  { method: 'GET', path: '/api/webhooks/h1', roles: READERS },
  { method: 'PATCH', path: '/api/webhooks/h1', json: {}, roles: ADMINS },
  { method: 'DELETE', path: '/api/webhooks/h1', roles: ADMINS },
  { method: 'POST', path: '/api/webhooks/h1/test', roles: ADMINS },
  { method: 'GET', path: '/api/webhooks/h1/deliveries', roles: READERS },
  { method: 'POST', path: '/api/webhooks/h1/deliveries/d1/retry', roles: OPERATORS },
  { method: 'DELETE', path: '/api/webhooks/h1/deliveries/d1', roles: OPERATORS },
  { method: 'GET', path: '/api/audit', roles: READERS },
  { method: 'GET', path: '/api/audit/export', roles: READERS },
  { method: 'GET', path: '/api/audit/verification', roles: READERS },
  { method: 'DELETE', path: '/api/bans/client:a', roles: OPERATORS },
]

describe('the table of roles', () => {
  test('has every call that a role is asked for', async () => {
    const { app, call } = createHarness()
    const { paths } = (await call('/openapi.json')).body as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: readonly unknown[] }>>>>
    }
    const guarded = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        // Named where no role is asked for: nothing, or the certificate of a device.
        .filter(([, { security }]) => security === undefined)
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    )
    const isOf = (route: string, { method, path }: { readonly method: string; readonly path: string }): boolean =>
      new RegExp(`^${route.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(
        `${method} ${path.replace(/\?.*/, '')}`,
      )
    expect(app.routes.length).toBeGreaterThan(guarded.length)
    expect(guarded.filter((route) => !CALLS.some((one) => isOf(route, one)))).toEqual([])
  })
})

describe('a role', () => {
  for (const { method, path, roles, refused = 403, ...init } of CALLS) {
    test(`${method} ${path} is for ${roles.join(', ')}, and for nobody else`, async () => {
      for (const as of ['admin', 'operator', 'auditor', 'validator'] as const) {
        const { call, calls, brokerCalls, connects, actions, refusals } = createHarness()
        const { status, body } = await call(path, { method, as, ...init })
        if (roles.includes(as)) {
          expect(status, as).toBeLessThan(300)
          expect(refusals, as).toEqual([])
        } else {
          expect({ as, status, body }).toMatchObject({ as, status: refused, body: { status: refused } })
          expect([...calls, ...brokerCalls, ...connects, ...actions], as).toEqual([])
          expect(refusals, as).toEqual([
            {
              address: HTTPS.address,
              surface: 'https',
              cause: 'role_too_small',
              presented: { role: as, tokenId: as },
              expected: roles.join(' or '),
            },
          ])
        }
      }
    })
  }

  test('is checked before the body is', async () => {
    const { call } = createHarness()
    expect(await call('/api/devices', { method: 'POST', as: 'auditor', body: '{' })).toMatchObject({ status: 403 })
  })
})

describe('a caller without a good credential', () => {
  for (const { method, path } of CALLS) {
    test(`${method} ${path} is 401, recorded once, and reaches nothing`, async () => {
      const { call, calls, brokerCalls, connects, actions, refusals } = createHarness()
      const answer = await call(path, { method, as: 'nobody' })
      expect(answer).toMatchObject({
        status: 401,
        body: { code: 'unauthorized', detail: REFUSAL_MENDS.token_missing },
      })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect([...calls, ...brokerCalls, ...connects, ...actions]).toEqual([])
      expect(refusals).toEqual([{ address: HTTPS.address, surface: 'https', cause: 'token_missing' }])
    })
  }

  for (const { name, authorization, cause } of [
    { name: 'an unknown token', authorization: 'Bearer sgn_stranger_secret', cause: 'token_invalid' },
    { name: 'another scheme', authorization: 'Basic YWRtaW46YWRtaW4=', cause: 'token_missing' },
    { name: 'a bare scheme', authorization: 'Bearer', cause: 'token_missing' },
    { name: 'two words', authorization: 'Bearer sgn_admin_secret sgn_admin_secret', cause: 'token_missing' },
    { name: 'no scheme', authorization: 'sgn_admin_secret', cause: 'token_missing' },
  ]) {
    for (const origin of [HTTPS, SOCKET]) {
      test(`${name} is refused over ${origin.surface} as ${cause} and never echoed`, async () => {
        const { call, refusals, lines } = createHarness()
        const answer = await call('/api/devices', { as: 'nobody', headers: { authorization }, origin })
        expect(answer.status).toBe(401)
        expect(refusals).toEqual([{ address: origin.address, surface: origin.surface, cause }])
        expect(answer.text + JSON.stringify([refusals, lines])).not.toMatch(/sgn_(?:stranger|admin)|YWRtaW4/)
      })
    }
  }

  test('reads what is public', async () => {
    const { call, refusals } = createHarness()
    for (const path of [
      '/api/devices/certificates/ca/certificate',
      '/api/health/logging',
      '/api/time',
      '/livez',
      '/readyz',
      '/pki/ca.pem',
      '/pki/ca.cer',
      '/openapi.json',
    ]) {
      expect(await call(path, { as: 'nobody' }), path).toMatchObject({ status: 200 })
    }
    expect(refusals).toEqual([])
  })

  test('the name of the scheme has no case', async () => {
    const headers = { authorization: 'bearer sgn_admin_secret' }
    expect(await createHarness().call('/api/devices', { as: 'nobody', headers })).toMatchObject({ status: 200 })
  })
})

describe('wide policies', () => {
  for (const { as, wide } of [
    { as: 'admin', wide: true },
    { as: 'operator', wide: false },
  ] as const) {
    test(`may ${wide ? '' : 'not '}be attached by the ${as}`, async () => {
      const { call, calls } = createHarness()
      await call('/api/devices', { method: 'POST', as, json: { deviceId: 'd' } })
      await call('/api/devices/d', { method: 'PATCH', as, json: {} })
      await call('/api/services', { method: 'POST', as, json: { name: 's' } })
      await call('/api/services/s', { method: 'PATCH', as, json: {} })
      expect(calls.map((call) => call.at(-1))).toEqual([wide, wide, wide, wide])
    })
  }

  test('over hub.sock the administrator attaches them, whatever token is shown', async () => {
    const { call, calls } = createHarness()
    await call('/api/devices', { method: 'POST', as: 'operator', json: { deviceId: 'd' }, origin: SOCKET })
    expect(calls).toEqual([['devices.create', { deviceId: 'd' }, true]])
  })
})
