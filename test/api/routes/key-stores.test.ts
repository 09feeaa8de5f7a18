import { describe, expect, test } from 'vitest'
import { authority, createHarness } from '../api-harness.ts'

const PASSWORD = 'correct horse'

for (const { name, path, body, call: made, as } of [
  {
    name: 'POST /api/devices/:id/certificates/p12',
    path: '/api/devices/dev:1/certificates/p12',
    body: { userId: 'ann', validityDays: 30, profile: 'device' },
    call: ['issueToDevice', { deviceId: 'dev:1', userId: 'ann', validityDays: 30, idempotencyKey: 'once' }],
    as: 'operator',
  },
  {
    name: 'POST /api/services/:name/certificates/p12',
    path: '/api/services/backend/certificates/p12',
    body: { keyAlgorithm: 'rsa-2048' },
    call: ['issueToService', 'backend', { keyAlgorithm: 'rsa-2048', idempotencyKey: 'once' }],
    as: 'operator',
  },
  {
    name: 'POST /api/admin-certificates/p12',
    path: '/api/admin-certificates/p12',
    body: { name: 'eva', role: 'auditor' },
    call: undefined,
    as: 'admin',
  },
] as const) {
  describe(name, () => {
    const call = (json: object, role: 'admin' | 'operator' | 'auditor' = as) => {
      const harness = createHarness()
      const headers = { 'idempotency-key': 'once' }
      return { ...harness, answer: harness.call(path, { method: 'POST', json, as: role, headers }) }
    }

    test('answers 201 with a file that nobody stores', async () => {
      const { answer, calls } = call({ ...body, password: PASSWORD })
      const { status, headers, text } = await answer
      expect(status).toBe(201)
      expect(headers.get('content-type')).toBe('application/x-pkcs12')
      expect(headers.get('content-disposition')).toMatch(/^attachment; filename="(?:dev_1|backend|eva)\.p12"$/)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(JSON.parse(text)).toMatchObject({
        certificatePem: 'CERTIFICATE PEM',
        privateKeyPem: 'PRIVATE KEY PEM',
        caCertificatesPem: authority.caCertificatePem + authority.caCertificatePem,
        password: PASSWORD,
      })
      if (made) expect(calls).toEqual([made])
      expect(JSON.stringify(calls)).not.toContain(PASSWORD)
    })

    for (const [why, password] of [
      ['no password', undefined],
      ['a short one', '1234567'],
      ['one with control characters', 'correct\u0000horse'],
    ]) {
      test(`with ${why} issues nothing`, async () => {
        const { answer, calls } = call({ ...body, password })
        expect(await answer).toMatchObject({ status: 400, body: { errors: [{ path: 'password' }] } })
        expect(calls).toEqual([])
      })
    }

    test('is refused to an auditor', async () => {
      const { answer, calls } = call({ ...body, password: PASSWORD }, 'auditor')
      expect(await answer).toMatchObject({ status: 403 })
      expect(calls).toEqual([])
    })
  })
}

describe('POST /api/devices/:id/bundle', () => {
  test('hands every wish on and answers 201 with an archive that nobody stores', async () => {
    const { call, calls } = createHarness()
    const json = { validityDays: 30, onExisting: 'fail' }
    const { status, headers } = await call('/api/devices/device-001/bundle', { method: 'POST', json, as: 'operator' })
    expect(status).toBe(201)
    expect(headers.get('content-type')).toBe('application/zip')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(calls).toEqual([['issueToDevice', { deviceId: 'device-001', ...json }]])
  })

  test('is never made by a GET', async () => {
    const { call, calls } = createHarness()
    expect(await call('/api/devices/device-001/bundle')).toMatchObject({ status: 405 })
    expect(calls).toEqual([])
  })
})
