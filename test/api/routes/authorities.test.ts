import { describe, expect, test } from 'vitest'
import { createHarness, NOW } from '../api-harness.ts'

const FINGERPRINT = Array.from({ length: 32 }, () => '0A').join(':')

describe('/api/ca', () => {
  test('lists every CA with the path of its revocation list', async () => {
    const { call } = createHarness()
    expect((await call('/api/ca/authorities')).body).toEqual({
      items: [
        expect.objectContaining({
          subject: 'CN=BB',
          state: 'issuing',
          retiredAt: null,
          certificate: 'PEM BB',
          revocationList: '/pki/authorities/bbbbbbbbbbbbbbbb/ca.crl',
        }),
        expect.objectContaining({ subject: 'CN=AA', state: 'retired', retiredAt: NOW.toISOString() }),
      ],
    })
  })

  test('tells how far a rotation has come, a page at a time', async () => {
    const { call, authorityCalls } = createHarness()
    expect((await call('/api/ca/rotation?limit=3&cursor=QUE')).body).toMatchObject({
      underway: true,
      since: NOW.toISOString(),
      current: { subject: 'CN=BB' },
      retiring: { subject: 'CN=AA' },
      dependents: { device: 1, service: 0, administrator: 0, server: 0 },
      moved: { issued: 3, connected: 2 },
      items: [{ kind: 'device', id: 'device-001', fingerprint: 'CC', notAfter: NOW.toISOString() }],
      nextCursor: null,
    })
    expect(authorityCalls).toEqual([['status', { limit: 3, after: 'AA' }]])
  })

  for (const { name, json, asked } of [
    { name: 'nothing', json: undefined, asked: {} },
    {
      name: 'an algorithm',
      json: { keyAlgorithm: 'rsa-3072', hierarchy: 'two_tier' },
      asked: { keyAlgorithm: 'rsa-3072', hierarchy: 'two_tier' },
    },
    {
      name: 'a CA',
      json: { certificate: 'C', key: 'K', chain: 'R' },
      asked: { imported: { certificate: 'C', key: 'K', chain: 'R' } },
    },
  ]) {
    test(`begins a rotation with ${name}`, async () => {
      const { call, authorityCalls } = createHarness()
      const answer = await call('/api/ca/rotation', { method: 'POST', ...(json ? { json } : {}) })
      expect(answer).toMatchObject({ status: 201, body: { current: { subject: 'CN=BB' } } })
      expect(authorityCalls).toEqual([['begin', asked]])
    })
  }

  for (const json of [
    { certificate: 'C' },
    { key: 'K' },
    { chain: 'R' },
    { certificate: 'C', key: 'K', keyAlgorithm: 'ec-p256' },
    { keyAlgorithm: 'dsa' },
    { more: 1 },
  ]) {
    test(`begins none with ${JSON.stringify(json)}`, async () => {
      const { call, authorityCalls } = createHarness()
      expect(await call('/api/ca/rotation', { method: 'POST', json })).toMatchObject({ status: 400 })
      expect(authorityCalls).toEqual([])
    })
  }

  test('retires the old one, by force where that is asked for', async () => {
    const { call, authorityCalls } = createHarness()
    expect((await call('/api/ca/rotation/retire', { method: 'POST' })).body).toMatchObject({
      retired: { subject: 'CN=AA' },
    })
    await call('/api/ca/rotation/retire', { method: 'POST', json: { force: true } })
    expect(authorityCalls).toEqual([
      ['retire', false],
      ['retire', true],
    ])
  })
})

describe('/api/ca/trust-anchors', () => {
  test('lists, adds, changes and removes the CAs of others', async () => {
    const { call, authorityCalls } = createHarness()
    const path = '/api/ca/trust-anchors'
    expect((await call(path)).body).toMatchObject({ items: [{ fingerprint: FINGERPRINT, registration: 'pending' }] })
    const json = { certificate: 'PEM', registration: 'automatic', owner: 'works' }
    expect(await call(path, { method: 'POST', json })).toMatchObject({
      status: 201,
      body: { registration: 'automatic' },
    })
    expect(await call(`${path}/${FINGERPRINT}`, { method: 'PATCH', json: { owner: 'ann' } })).toMatchObject({
      status: 200,
      body: { owner: 'ann', registration: 'pending' },
    })
    expect(await call(`${path}/${FINGERPRINT}`, { method: 'DELETE' })).toMatchObject({ status: 204 })
    expect(authorityCalls).toEqual([
      ['add', 'PEM', { registration: 'automatic', owner: 'works' }],
      ['change', FINGERPRINT, { owner: 'ann' }],
      ['remove', FINGERPRINT],
    ])
  })
})

test('the lists of one CA are found by its fingerprint, and of none by another', async () => {
  const { call } = createHarness()
  const ask = (path: string) => call(`/pki/authorities/${path}`, { as: 'nobody' })
  expect(await ask('0a0a0a0a0a0a0a0a/ca.crl')).toMatchObject({ status: 200, text: 'complete' })
  expect(await ask('0a0a0a0a0a0a0a0a/ca.crl.pem')).toMatchObject({ status: 200, text: 'PEM' })
  expect(await ask('0a0a0a0a0a0a0a0a/dp.crl')).toMatchObject({ status: 200, text: 'for distribution points' })
  expect(await ask('bbbbbbbbbbbbbbbb/ca.crl')).toMatchObject({ status: 404, body: { code: 'authority_not_found' } })
})
