import { describe, expect, test } from 'vitest'
import { authority, createHarness, NOW } from '../api-harness.ts'
import { FINGERPRINT } from '../registry-double.ts'

const PATH = '/api/admin-certificates'
const AT = NOW.toISOString()
const TOMORROW = new Date(NOW.getTime() + 86_400_000).toISOString()

describe('POST /api/admin-certificates', () => {
  for (const { json, headers, request } of [
    { json: { name: 'eva' }, headers: {}, request: { name: 'eva' } },
    {
      json: { name: 'eva@example.com', role: 'auditor', validityDays: 30, keyAlgorithm: 'rsa-2048' },
      headers: { 'idempotency-key': 'k' },
      request: {
        name: 'eva@example.com',
        role: 'auditor',
        validityDays: 30,
        keyAlgorithm: 'rsa-2048',
        idempotencyKey: 'k',
      },
    },
  ]) {
    test(`${JSON.stringify(json)} answers key and certificate, once, and nobody keeps the answer`, async () => {
      const { call, calls } = createHarness()
      const answer = await call(PATH, { method: 'POST', json, headers })
      expect(answer).toMatchObject({ status: 201 })
      expect(answer.body).toEqual({
        name: request.name,
        role: 'admin',
        clientCert: 'CERTIFICATE PEM',
        clientKey: 'PRIVATE KEY PEM',
        caCert: authority.caCertificatePem,
        fingerprint: FINGERPRINT,
        notAfter: TOMORROW,
      })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(calls).toEqual([['administrators.issue', request]])
    })
  }

  for (const json of [
    {},
    { name: 'self' },
    { name: 'eva', role: 'root' },
    { name: 'eva', user: 'x' },
    { name: 'a/b' },
  ]) {
    test(`refused/${JSON.stringify(json)}`, async () => {
      const { call, calls } = createHarness()
      expect(await call(PATH, { method: 'POST', json })).toMatchObject({ status: 400 })
      expect(calls).toEqual([])
    })
  }
})

test('GET /api/admin-certificates lists them by name, page by page, without a key', async () => {
  const { call } = createHarness()
  const first = (await call(`${PATH}?limit=1`)).body as { items: unknown[]; nextCursor: string }
  expect(first.items).toEqual([
    {
      name: 'adam',
      role: 'operator',
      fingerprint: FINGERPRINT,
      state: 'active',
      createdAt: AT,
      serialNumber: '0102',
      notBefore: AT,
      notAfter: TOMORROW,
      firstSeenAt: null,
      retiresAt: null,
      revokedAt: null,
      revocationReason: null,
    },
  ])
  const second = (await call(`${PATH}?limit=1&cursor=${first.nextCursor}`)).body
  expect(second).toMatchObject({ items: [{ name: 'eva' }], nextCursor: null })
})

describe('DELETE /api/admin-certificates/:name', () => {
  for (const { name, warning } of [
    { name: 'eva', warning: null },
    { name: 'adam', warning: '299 - "token k1 still lets administrator adam in"' },
  ]) {
    test(`revokes ${name}, and ${warning ? 'names' : 'knows no'} token that stays`, async () => {
      const { call, calls } = createHarness()
      const headers = { 'accept-language': 'en' }
      const answer = await call(`${PATH}/${name}?reason=keyCompromise`, { method: 'DELETE', headers })
      expect(answer).toMatchObject({ status: 200, body: { message: 'Certificate revoked', name, revokedAt: AT } })
      expect(answer.headers.get('warning')).toBe(warning)
      expect(calls).toEqual([['administrators.revoke', name, 'keyCompromise']])
    })
  }

  test('refused/a reason that is none', async () => {
    const { call, calls } = createHarness()
    const answer = await call(`${PATH}/eva?reason=boredom`, { method: 'DELETE' })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_reason' } })
    expect(calls).toEqual([])
  })
})

test('GET /api/mode says what each surface asks', async () => {
  expect(await createHarness().call('/api/mode')).toMatchObject({ status: 200, body: { mqtt: 'mtls', api: 'token' } })
})
