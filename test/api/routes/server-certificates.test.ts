import { describe, expect, test } from 'vitest'
import { authority, createHarness, NOW } from '../api-harness.ts'
import { FINGERPRINT } from '../registry-double.ts'

const PATH = '/api/server-certificates'

describe('POST /api/server-certificates', () => {
  test('issues to every name, and is kept nowhere on its way', async () => {
    const { call, calls } = createHarness()
    const json = { names: ['emqx.example.com', '192.0.2.8'], keyAlgorithm: 'rsa-2048' }
    const answer = await call(PATH, { method: 'POST', json })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toEqual({
      names: json.names,
      serverCert: 'CHAIN PEM',
      serverKey: 'PRIVATE KEY PEM',
      caCert: authority.caCertificatePem,
      fingerprint: FINGERPRINT,
      serialNumber: '0102',
      notAfter: new Date(NOW.getTime() + 86_400_000).toISOString(),
    })
    expect(calls).toEqual([['serverCertificates.issue', json.names, 'rsa-2048']])
  })

  for (const { name, json } of [
    { name: 'no name', json: { names: [] } },
    { name: 'an algorithm that is none', json: { names: ['hub'], keyAlgorithm: 'dsa' } },
    { name: 'something else', json: { names: ['hub'], more: 1 } },
  ]) {
    test(`refused/${name}`, async () => {
      const { call, calls } = createHarness()
      expect((await call(PATH, { method: 'POST', json })).status).toBe(400)
      expect(calls).toEqual([])
    })
  }
})

test('DELETE /api/server-certificates/:fingerprint revokes, with the reason', async () => {
  const { call, calls } = createHarness()
  const headers = { 'accept-language': 'en' }
  const answer = await call(`${PATH}/${FINGERPRINT.toLowerCase()}?reason=keyCompromise`, { method: 'DELETE', headers })
  expect(answer).toMatchObject({
    status: 200,
    body: { message: 'Certificate revoked', fingerprint: FINGERPRINT, revokedAt: NOW.toISOString() },
  })
  expect(calls).toEqual([['serverCertificates.revoke', FINGERPRINT, 'keyCompromise']])
})

test('POST /api/server-certificates/renew tells what is shown next', async () => {
  const { body } = await createHarness().call(`${PATH}/renew`, { method: 'POST' })
  expect(body).toEqual({ names: ['localhost'], fingerprint: authority.fingerprint, notAfter: NOW.toISOString() })
})

test.each(['operator', 'auditor', 'validator'] as const)('an %s may do none of it', async (as) => {
  const { call, calls } = createHarness()
  for (const [method, path] of [
    ['POST', PATH],
    ['POST', `${PATH}/renew`],
    ['DELETE', `${PATH}/${FINGERPRINT}`],
  ] as const) {
    expect((await call(path, { method, as, json: { names: ['hub'] } })).status).toBe(403)
  }
  expect(calls).toEqual([])
})
