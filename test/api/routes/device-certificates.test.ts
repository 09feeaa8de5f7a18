import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { authority, createHarness, NOW } from '../api-harness.ts'
import { FINGERPRINT } from '../registry-double.ts'

const PATH = '/api/devices/certificates/device-001'

describe('POST /api/devices/certificates/:deviceId', () => {
  test('answers 201 with exactly the fields of the reference, never to be stored', async () => {
    const answer = await createHarness().call(PATH, { method: 'POST' })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toEqual({
      deviceId: 'device-001',
      clientCert: 'CERTIFICATE PEM',
      clientKey: 'PRIVATE KEY PEM',
      caCert: authority.caCertificatePem,
      fingerprint: FINGERPRINT,
      brokerUrl: 'hub.example.com',
      mqttSecurePort: 8883,
    })
  })

  test('hands every wish on', async () => {
    const { call, calls } = createHarness()
    const wishes = {
      userId: 'user-1',
      validityDays: 30,
      keyAlgorithm: 'rsa-2048',
      onExisting: 'replace',
      overlapHours: 2.5,
      profile: 'short',
    }
    expect(await call(PATH, { method: 'POST', json: wishes })).toMatchObject({ status: 201 })
    expect(calls).toEqual([['issueToDevice', { deviceId: 'device-001', ...wishes }]])
  })

  for (const { name, body, type } of [
    { name: 'an absent body' },
    { name: 'an empty body that calls itself JSON', body: '', type: 'application/json' },
    {
      name: 'an empty body that calls itself a form, as curl -d "" sends it',
      body: '',
      type: 'application/x-www-form-urlencoded',
    },
    { name: 'an empty object', body: '{}', type: 'application/json' },
  ]) {
    test(`takes ${name}`, async () => {
      const { call, calls } = createHarness()
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
      expect(await call(PATH, { method: 'POST', body: body ?? null, headers })).toMatchObject({ status: 201 })
      expect(calls).toEqual([['issueToDevice', { deviceId: 'device-001' }]])
    })
  }

  for (const { name, json, path } of [
    { name: 'an unknown property', json: { user: 'x' }, path: 'user' },
    { name: 'an unknown key algorithm', json: { keyAlgorithm: 'rsa-512' }, path: 'keyAlgorithm' },
    { name: 'a fraction of a day', json: { validityDays: 0.5 }, path: 'validityDays' },
    { name: 'no day', json: { validityDays: 0 }, path: 'validityDays' },
    { name: 'a negative overlap', json: { overlapHours: -1 }, path: 'overlapHours' },
    { name: 'an unknown rule for existing ones', json: { onExisting: 'keep' }, path: 'onExisting' },
    { name: 'a profile that is no name', json: { profile: 7 }, path: 'profile' },
  ]) {
    test(`refuses ${name} and issues nothing`, async () => {
      const { call, calls } = createHarness()
      const answer = await call(PATH, { method: 'POST', json })
      expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request', errors: [{ path }] } })
      expect(calls).toEqual([])
    })
  }

  for (const id of ['ca', 'Validate', 'bulk', 'a..b', '-a', 'a%2Fb', 'a%00', 'a b', `${'x'.repeat(65)}`]) {
    test(`refuses the id ${id.slice(0, 12)} and issues nothing`, async () => {
      const { call, calls } = createHarness()
      const answer = await call(`/api/devices/certificates/${id}`, { method: 'POST', json: {} })
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_id' } })
      expect(calls).toEqual([])
    })
  }

  for (const id of ['AA:BB:CC:DD:EE:FF', 'somebody@example.com', 'a%3Ab']) {
    test(`takes the id ${id}`, async () => {
      const deviceId = decodeURIComponent(id)
      const answer = await createHarness().call(`/api/devices/certificates/${id}`, { method: 'POST' })
      expect(answer).toMatchObject({ status: 201, body: { deviceId } })
    })
  }

  test('refuses a bad user id with its own code', async () => {
    const { call, calls } = createHarness()
    const answer = await call(PATH, { method: 'POST', json: { userId: 'a/b' } })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_id' } })
    expect(calls).toEqual([])
  })
})

describe('GET /api/devices/certificates/:deviceId', () => {
  const certificate = {
    id: 'c0ffee00-0000-4000-8000-000000000001',
    fingerprint: FINGERPRINT,
    createdAt: NOW.toISOString(),
    isValid: true,
  }

  test('answers exactly the fields of the reference', async () => {
    expect(await createHarness().call(PATH)).toMatchObject({ status: 200 })
    expect((await createHarness().call(PATH)).body).toEqual(certificate)
  })

  test('answers all of them in detail on request', async () => {
    const detail = {
      ...certificate,
      deviceId: 'device-001',
      serialNumber: '0102',
      notBefore: NOW.toISOString(),
      notAfter: '2026-03-02T12:00:00.000Z',
      firstSeenAt: null,
      retiresAt: null,
      revokedAt: null,
      revocationReason: null,
      profile: null,
      clientCert: 'CERTIFICATE PEM',
    }
    const { body } = await createHarness().call(`${PATH}?include=detail`)
    expect(body).toEqual({ ...detail, certificates: [detail] })
  })

  test('refuses to include what there is not', async () => {
    expect(await createHarness().call(`${PATH}?include=key`)).toMatchObject({ status: 400 })
  })

  test('answers 404 for a device that never had one', async () => {
    const answer = await createHarness().call('/api/devices/certificates/device-002')
    expect(answer).toMatchObject({ status: 404, body: { code: 'certificate_not_found' } })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  })
})

describe('DELETE /api/devices/certificates/:deviceId', () => {
  for (const { language, message } of [
    { message: 'Сертификат отозван' },
    { language: 'en', message: 'Certificate revoked' },
    { language: 'en-US,en;q=0.9', message: 'Certificate revoked' },
    { language: 'en-GB', message: 'Certificate revoked' },
    { language: 'ru-RU, en;q=0.9', message: 'Сертификат отозван' },
    { language: 'de, en;q=0.5', message: 'Certificate revoked' },
    { language: 'en;q=0, ru;q=0.1', message: 'Сертификат отозван' },
    { language: 'fr', message: 'Сертификат отозван' },
    { language: '*', message: 'Сертификат отозван' },
  ]) {
    test(`says "${message}" to one who prefers ${language ?? 'nothing'}`, async () => {
      const headers: Record<string, string> = language === undefined ? {} : { 'accept-language': language }
      const answer = await createHarness().call(PATH, { method: 'DELETE', headers })
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ message, deviceId: 'device-001', revokedAt: NOW.toISOString() })
    })
  }

  for (const { query, reason } of [
    { query: '', reason: 'unspecified' },
    { query: '?reason=keyCompromise', reason: 'keyCompromise' },
    { query: '?reason=cessationOfOperation', reason: 'cessationOfOperation' },
  ]) {
    test(`revokes as ${reason} with "${query}"`, async () => {
      const { call, calls } = createHarness()
      await call(PATH + query, { method: 'DELETE' })
      expect(calls).toEqual([['revokeDevice', 'device-001', reason]])
    })
  }

  for (const reason of ['stolen', 'keycompromise', 'removeFromCRL', '1', '']) {
    test(`refuses the reason "${reason}" and revokes nothing`, async () => {
      const { call, calls } = createHarness()
      const answer = await call(`${PATH}?reason=${reason}`, { method: 'DELETE' })
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_reason' } })
      expect(calls).toEqual([])
    })
  }
})

describe('POST /api/devices/certificates/validate/:fingerprint', () => {
  const path = '/api/devices/certificates/validate'
  const plain = FINGERPRINT.replaceAll(':', '')

  for (const text of [
    FINGERPRINT,
    FINGERPRINT.toLowerCase(),
    plain,
    plain.toLowerCase(),
    encodeURIComponent(FINGERPRINT),
  ]) {
    test(`takes ${text.slice(0, 8)}…`, async () => {
      const answer = await createHarness().call(`${path}/${text}`, { method: 'POST', as: 'validator' })
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ valid: true, fingerprint: FINGERPRINT })
    })
  }

  test('says why one is not valid', async () => {
    const fingerprint = FINGERPRINT.replace('AB', 'CD')
    const { body } = await createHarness().call(`${path}/${fingerprint}`, { method: 'POST', json: {} })
    expect(body).toEqual({ valid: false, fingerprint, reason: 'certificate_unknown' })
  })

  for (const text of [plain.slice(2), `${plain}00`, 'zz', FINGERPRINT.replace(':', '')]) {
    test(`refuses ${text.slice(0, 8)}… of ${text.length} characters`, async () => {
      const answer = await createHarness().call(`${path}/${text}`, { method: 'POST' })
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_fingerprint' } })
    })
  }
})

describe('the certificate of the CA', () => {
  const path = '/api/devices/certificates/ca/certificate'
  const pem = authority.caCertificatePem

  for (const { accept, type } of [
    { type: 'application/json' },
    { accept: '*/*', type: 'application/json' },
    { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', type: 'application/json' },
    { accept: 'application/json', type: 'application/json' },
    { accept: 'application/x-pem-file', type: 'application/x-pem-file' },
    { accept: 'application/pem-certificate-chain', type: 'application/pem-certificate-chain' },
    { accept: 'application/pkix-cert;q=0.5, application/x-pem-file', type: 'application/x-pem-file' },
    { accept: 'application/pkix-cert', type: 'application/pkix-cert' },
  ]) {
    test(`is ${type} for Accept: ${accept ?? 'nothing'}`, async () => {
      const { app } = createHarness()
      const headers: Record<string, string> = accept === undefined ? {} : { accept }
      const origin = { surface: 'https', address: '192.0.2.7', loopback: false }
      const response = await app.request(path, { headers }, { origin })
      expect(response.headers.get('content-type')).toBe(type)
      expect(response.headers.get('vary')).toBe('Accept')
      if (type === 'application/json') expect(await response.json()).toEqual({ caCert: pem })
      else expect(new X509Certificate(Buffer.from(await response.arrayBuffer())).toString().trim()).toBe(pem.trim())
    })
  }

  for (const { path, type } of [
    { path: '/pki/ca.pem', type: 'application/pem-certificate-chain' },
    { path: '/pki/ca.cer', type: 'application/pkix-cert' },
  ]) {
    test(`is ${type} at ${path}, for anybody and without TLS`, async () => {
      const origin = { surface: 'http', address: '192.0.2.7', loopback: false }
      const response = await createHarness().app.request(path, {}, { origin })
      expect(response.headers.get('content-type')).toBe(type)
      const octets = Buffer.from(await response.arrayBuffer())
      expect(octets[0] === 0x30).toBe(path.endsWith('cer'))
      expect(new X509Certificate(octets).fingerprint256).toBe(new X509Certificate(pem).fingerprint256)
    })
  }
})
