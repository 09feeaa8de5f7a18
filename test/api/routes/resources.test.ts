import { describe, expect, test } from 'vitest'
import { type Call, createHarness, NOW } from '../api-harness.ts'

const AT = NOW.toISOString()
const DEVICE = {
  deviceId: 'device-001',
  userId: 'user-1',
  state: 'active',
  policies: [],
  clientIds: ['spare'],
  createdAt: AT,
  legacy: null,
}
const SERVICE = { name: 'backend', state: 'active', connected: true, policies: ['service:backend'], createdAt: AT }
const RULES = [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'users/{user}/devices/{device}/#' }]
const POLICY = { name: 'device', rules: RULES, clientId: 'own' }

const tokenOf = (role: string) => ({ id: role, name: `the ${role}`, role, createdAt: AT })

interface Row extends Pick<Call, 'method' | 'json' | 'headers'> {
  readonly path: string
  readonly status: number
  readonly body?: unknown
  readonly calls?: readonly unknown[]
}

const DISK = {
  ...{ name: 'disk', status: 'ok', code: 'disk', values: { free: 5, total: 9 }, mend: null, cause: null },
  detail: '5 MiB of 9 MiB are free where data_dir lies',
}
const stateOf = (kind: string, id: string) => ({
  ...{ name: 'state', status: 'failed', code: 'active', values: { kind, id }, mend: null, cause: null },
  detail: `${kind} ${id} is active`,
})

const ROWS: readonly Row[] = [
  {
    path: '/api/diagnostics/hub',
    status: 200,
    body: { now: AT, checks: [DISK] },
  },
  {
    path: '/api/diagnostics/devices/device-001',
    status: 200,
    body: {
      now: AT,
      checks: [stateOf('device', 'device-001')],
    },
  },
  {
    path: '/api/diagnostics/services/backend',
    status: 200,
    body: {
      now: AT,
      checks: [stateOf('service', 'backend')],
    },
  },
  {
    path: '/api/diagnostics/topic?deviceId=device-001&action=publish&topic=open',
    status: 200,
    body: { allowed: true, rule: null },
  },
  {
    method: 'POST',
    path: '/api/diagnostics/certificate',
    json: { certificate: 'PEM' },
    status: 200,
    body: {
      admitted: true,
      cause: null,
      mend: null,
      expected: null,
      presented: { subject: 'PEM' },
      kind: null,
      hints: [],
    },
  },
  ...['device', 'service'].map((kind) => {
    const id = kind === 'device' ? 'device-001' : 'backend'
    const entry = { at: AT, event: 'connected', clientId: `${kind} ${id}` }
    const absent = { address: null, fingerprint: null, reason: null, refusal: null }
    return {
      path: `/api/${kind}s/${id}/diary?limit=1`,
      status: 200,
      body: { items: [{ ...entry, ...absent }], nextCursor: null },
    }
  }),
  {
    method: 'POST',
    path: '/api/devices',
    json: { deviceId: 'device-001', userId: 'user-1', policies: ['p'], clientIds: ['c'] },
    status: 201,
    body: DEVICE,
    calls: [['devices.create', { deviceId: 'device-001', userId: 'user-1', policies: ['p'], clientIds: ['c'] }, true]],
  },
  { path: '/api/devices/device-001', status: 200, body: DEVICE },
  {
    method: 'PATCH',
    path: '/api/devices/device-001',
    json: { state: 'suspended', userId: 'user-2', policies: [], clientIds: [] },
    status: 200,
    body: { ...DEVICE, state: 'suspended', userId: 'user-2', clientIds: [] },
    calls: [
      ['devices.change', 'device-001', { state: 'suspended', userId: 'user-2', policies: [], clientIds: [] }, true],
    ],
  },
  { method: 'DELETE', path: '/api/devices/device-001', status: 204, calls: [['devices.remove', 'device-001']] },
  {
    method: 'POST',
    path: '/api/services',
    json: { name: 'backend', policies: ['p'], allow: ['users/+/devices/#'] },
    status: 201,
    body: SERVICE,
    calls: [['services.create', { name: 'backend', policies: ['p'], allow: ['users/+/devices/#'] }, true]],
  },
  {
    path: '/api/services?limit=1',
    status: 200,
    body: { items: [SERVICE], nextCursor: null },
    calls: [['services.list', { limit: 1 }]],
  },
  { path: '/api/services/backend', status: 200, body: SERVICE },
  {
    method: 'PATCH',
    path: '/api/services/backend',
    json: { state: 'suspended' },
    status: 200,
    body: { ...SERVICE, state: 'suspended' },
    calls: [['services.change', 'backend', { state: 'suspended' }, true]],
  },
  { method: 'DELETE', path: '/api/services/backend', status: 204, calls: [['services.remove', 'backend']] },
  {
    method: 'DELETE',
    path: '/api/services/backend/certificates?reason=superseded',
    headers: { 'accept-language': 'en' },
    status: 200,
    body: { message: 'Certificate revoked', name: 'backend', revokedAt: AT },
    calls: [['revokeService', 'backend', 'superseded']],
  },
  { path: '/api/policies/device', status: 200, body: POLICY },
  {
    path: '/api/policies?limit=2',
    status: 200,
    body: {
      items: [{ ...POLICY, name: 'a' }, POLICY],
      nextCursor: Buffer.from('device').toString('base64url'),
    },
  },
  {
    path: `/api/policies?cursor=${Buffer.from('device').toString('base64url')}`,
    status: 200,
    body: { items: [{ ...POLICY, name: 'z' }], nextCursor: null },
  },
  {
    method: 'PUT',
    path: '/api/policies/device',
    json: { rules: RULES },
    status: 200,
    body: POLICY,
    calls: [['policies.put', POLICY]],
  },
  {
    method: 'PUT',
    path: '/api/policies/gateway',
    json: { rules: [], clientId: 'any' },
    status: 200,
    body: { name: 'gateway', rules: [], clientId: 'any' },
    calls: [['policies.put', { name: 'gateway', rules: [], clientId: 'any' }]],
  },
  { method: 'DELETE', path: '/api/policies/gateway', status: 204, calls: [['policies.remove', 'gateway']] },
  {
    method: 'POST',
    path: '/api/tokens',
    json: { name: 'EMQX in hall 2', role: 'validator', expiresAt: '2027-01-01T00:00:00+03:00' },
    status: 201,
    body: { id: 'id-1', token: 'sgn_id-1_new' },
    calls: [
      ['tokens.create', { name: 'EMQX in hall 2', role: 'validator', expiresAt: new Date('2026-12-31T21:00:00Z') }],
    ],
  },
  {
    method: 'POST',
    path: '/api/tokens',
    json: { name: 't', role: 'auditor' },
    status: 201,
    calls: [['tokens.create', { name: 't', role: 'auditor' }]],
  },
  {
    path: '/api/tokens',
    status: 200,
    body: {
      items: [
        { ...tokenOf('admin'), expiresAt: null, lastUsedAt: null, revokedAt: null },
        { ...tokenOf('validator'), expiresAt: AT, lastUsedAt: AT, revokedAt: AT },
      ],
      nextCursor: null,
    },
  },
  {
    method: 'POST',
    path: '/api/enrolment-tokens',
    json: { deviceId: 'sensor-*', uses: 3, expiresAt: '2027-01-01T00:00:00+03:00' },
    status: 201,
    body: { id: 'e1', token: 'sgn_e1_secret', expiresAt: AT },
    calls: [
      ['enrolmentTokens.create', { deviceId: 'sensor-*', uses: 3, expiresAt: new Date('2026-12-31T21:00:00Z') }, true],
    ],
  },
  {
    path: '/api/enrolments?state=pending',
    status: 200,
    body: { items: [], nextCursor: null },
    calls: [['enrolmentDecisions.list', 'pending']],
  },
  { method: 'DELETE', path: '/api/enrolment-tokens/e1', status: 204, calls: [['enrolmentTokens.revoke', 'e1']] },
  { method: 'DELETE', path: '/api/tokens/id-1', status: 204, calls: [['tokens.revoke', 'id-1']] },
]

describe('the API', () => {
  for (const { path, status, body, calls = [], ...call } of ROWS) {
    test(`${call.method ?? 'GET'} ${path} is ${status}`, async () => {
      const harness = createHarness()
      const answer = await harness.call(path, call)
      expect(answer.status, answer.text).toBe(status)
      if (body !== undefined) expect(answer.body).toEqual(body)
      if (status === 204) expect(answer.text).toBe('')
      expect(harness.calls).toEqual(calls)
    })
  }

  test('issues a certificate to a service with exactly the fields of a device, but its name', async () => {
    const { call, calls } = createHarness()
    const json = { validityDays: 7, keyAlgorithm: 'ed25519' }
    const { status, body } = await call('/api/services/backend/certificates', { method: 'POST', json })
    expect(status).toBe(201)
    expect(Object.keys(body as object)).toEqual([
      'name',
      'clientCert',
      'clientKey',
      'caCert',
      'fingerprint',
      'brokerUrl',
      'mqttSecurePort',
    ])
    expect(calls).toEqual([['issueToService', 'backend', json]])
  })
})

describe('the API refuses, and asks the registry nothing', () => {
  const rows: readonly { method: string; path: string; json?: unknown; code: string; error?: string }[] = [
    { method: 'GET', path: '/api/devices?limit=0', code: 'bad_request', error: 'limit' },
    { method: 'GET', path: '/api/devices?limit=501', code: 'bad_request', error: 'limit' },
    { method: 'GET', path: '/api/devices?limit=1.5', code: 'bad_request', error: 'limit' },
    { method: 'GET', path: '/api/devices?limit=many', code: 'bad_request', error: 'limit' },
    { method: 'GET', path: '/api/devices?limit=1&limit=2', code: 'bad_request', error: 'limit' },
    { method: 'GET', path: '/api/devices?cursor=%2B%2F', code: 'bad_request', error: 'cursor' },
    { method: 'GET', path: '/api/devices?state=broken', code: 'bad_request', error: 'state' },
    { method: 'GET', path: '/api/diagnostics/refusals?limit=501', code: 'bad_request', error: 'limit' },
    { method: 'GET', path: '/api/devices/validate', code: 'invalid_id' },
    {
      method: 'POST',
      path: '/api/enrolment-tokens',
      json: { deviceId: 'd', uses: 0 },
      code: 'bad_request',
      error: 'uses',
    },
    {
      method: 'POST',
      path: '/api/enrolment-tokens',
      json: { deviceId: 'd', role: 'x' },
      code: 'bad_request',
      error: 'role',
    },
    { method: 'GET', path: '/api/enrolments?state=done', code: 'bad_request', error: 'state' },
    { method: 'POST', path: '/api/devices', json: {}, code: 'bad_request', error: 'deviceId' },
    { method: 'POST', path: '/api/devices', json: { deviceId: 'self' }, code: 'invalid_id' },
    { method: 'POST', path: '/api/devices', json: { deviceId: 'd', id: 'd' }, code: 'bad_request', error: 'id' },
    { method: 'PATCH', path: '/api/devices/d', json: { state: 'gone' }, code: 'bad_request', error: 'state' },
    { method: 'PATCH', path: '/api/devices/d', json: { clientIds: [''] }, code: 'bad_request', error: 'clientIds.0' },
    { method: 'POST', path: '/api/services', json: { name: 'a b' }, code: 'invalid_id' },
    { method: 'DELETE', path: '/api/services/ca', code: 'invalid_id' },
    { method: 'DELETE', path: '/api/services/s/certificates?reason=x', code: 'invalid_reason' },
    { method: 'PUT', path: '/api/policies/a%20b', json: { rules: [] }, code: 'invalid_id' },
    { method: 'PUT', path: '/api/policies/p', json: {}, code: 'bad_request', error: 'rules' },
    { method: 'POST', path: '/api/tokens', json: { name: 't', role: 'root' }, code: 'bad_request', error: 'role' },
    { method: 'POST', path: '/api/tokens', json: { name: 'a\nb', role: 'admin' }, code: 'bad_request', error: 'name' },
    {
      method: 'POST',
      path: '/api/tokens',
      json: { name: 't', role: 'admin', expiresAt: 'tomorrow' },
      code: 'bad_request',
      error: 'expiresAt',
    },
  ]
  for (const { method, path, json, code, error } of rows) {
    test(`${method} ${path} ${json === undefined ? '' : JSON.stringify(json)} with ${code}`, async () => {
      const { call, calls } = createHarness()
      const answer = await call(path, { method, ...(json === undefined ? {} : { json }) })
      expect(answer).toMatchObject({ status: 400, body: { code, ...(error ? { errors: [{ path: error }] } : {}) } })
      expect(calls).toEqual([])
    })
  }
})

describe('GET /api/diagnostics/refusals', () => {
  test('tells exactly what the ring holds, null for what is absent', async () => {
    const refusal = { at: NOW, address: '192.0.2.9', mend: 'Do this.', count: 3 }
    const refusals = {
      list: () => [
        { ...refusal, surface: 'https', cause: 'token_missing' } as const,
        {
          ...refusal,
          surface: 'mqtts',
          cause: 'client_id_wrong',
          presented: { clientId: 'x' },
          expected: 'y',
        } as const,
      ],
    }
    const { call } = createHarness({ refusals })
    const told = { at: AT, address: '192.0.2.9', mend: 'Do this.', count: 3 }
    expect((await call('/api/diagnostics/refusals')).body).toEqual({
      items: [
        { ...told, surface: 'https', cause: 'token_missing', presented: null, expected: null },
        { ...told, surface: 'mqtts', cause: 'client_id_wrong', presented: { clientId: 'x' }, expected: 'y' },
      ],
    })
    const { body } = await call('/api/diagnostics/refusals?limit=1')
    expect(body).toMatchObject({ items: [{ cause: 'token_missing' }] })
    expect((body as { items: unknown[] }).items).toHaveLength(1)
  })
})
