import { describe, expect, test } from 'vitest'
import { createHarness, NOW } from '../api-harness.ts'

const PATH = '/api/devices/device-001/legacy-credential'
const BCRYPT = { algorithm: 'bcrypt', digest: `$2b$10$${'a'.repeat(53)}` }
const SHA256 = { algorithm: 'sha256', digest: Buffer.alloc(32).toString('base64') }
const PBKDF2 = { algorithm: 'pbkdf2', digest: SHA256.digest, salt: 'c2FsdA==', iterations: 101, macFunction: 'sha512' }
const ENDS_AT = '2026-12-31T00:00:00Z'

describe('an imported password', () => {
  for (const { name, hash, kept = hash } of [
    { name: 'of bcrypt', hash: BCRYPT },
    { name: 'of PBKDF2', hash: PBKDF2 },
    { name: 'of SHA-256 without a salt', hash: SHA256, kept: { ...SHA256, salt: '', saltPosition: 'prefix' } },
    { name: 'of SHA-256, salt last', hash: { ...SHA256, salt: 'c2FsdA==', saltPosition: 'suffix' } },
    {
      name: 'of SHA-512',
      hash: {
        algorithm: 'sha512',
        digest: Buffer.alloc(64).toString('base64'),
        salt: 'c2FsdA==',
        saltPosition: 'prefix',
      },
    },
  ]) {
    test(`${name} is kept, and told without its hash`, async () => {
      const { call, calls } = createHarness()
      const { status, body } = await call(PATH, {
        method: 'PUT',
        json: { userName: 'old name', hash, endsAt: ENDS_AT },
      })
      expect([status, body]).toEqual([200, { userName: 'old name', endsAt: NOW.toISOString() }])
      const request = { userName: 'old name', hash: kept, endsAt: new Date(ENDS_AT) }
      expect(calls).toEqual([['legacy.put', 'device-001', request]])
    })
  }

  test('needs no user name of its own', async () => {
    const { call, calls } = createHarness()
    await call(PATH, { method: 'PUT', json: { hash: BCRYPT, endsAt: ENDS_AT } })
    expect(calls).toEqual([['legacy.put', 'device-001', { hash: BCRYPT, endsAt: new Date(ENDS_AT) }]])
  })

  for (const { name, json } of [
    { name: 'no end', json: { hash: BCRYPT } },
    { name: 'no hash', json: { endsAt: ENDS_AT } },
    { name: 'a password', json: { hash: { ...BCRYPT, password: 'x' }, endsAt: ENDS_AT } },
    { name: 'a user name with a line feed', json: { userName: 'a\nb', hash: BCRYPT, endsAt: ENDS_AT } },
    { name: 'another algorithm', json: { hash: { algorithm: 'md5', digest: 'AAAA' }, endsAt: ENDS_AT } },
    { name: 'bcrypt of another form', json: { hash: { ...BCRYPT, digest: '$1$x$y' }, endsAt: ENDS_AT } },
    {
      name: 'bcrypt that costs seconds',
      json: { hash: { ...BCRYPT, digest: `$2b$15$${'a'.repeat(53)}` }, endsAt: ENDS_AT },
    },
    { name: 'a digest of another length', json: { hash: { ...SHA256, digest: 'AAAA' }, endsAt: ENDS_AT } },
    { name: 'a digest in hexadecimal', json: { hash: { ...SHA256, digest: 'zz' }, endsAt: ENDS_AT } },
    { name: 'PBKDF2 without iterations', json: { hash: { ...PBKDF2, iterations: undefined }, endsAt: ENDS_AT } },
    { name: 'PBKDF2 that costs seconds', json: { hash: { ...PBKDF2, iterations: 1e8 }, endsAt: ENDS_AT } },
    { name: 'PBKDF2 of a few octets', json: { hash: { ...PBKDF2, digest: 'AAAA' }, endsAt: ENDS_AT } },
  ]) {
    test(`is refused with ${name}`, async () => {
      const { call, calls } = createHarness()
      expect((await call(PATH, { method: 'PUT', json })).status).toBe(400)
      expect(calls).toEqual([])
    })
  }

  test('is removed', async () => {
    const { call, calls } = createHarness()
    expect((await call(PATH, { method: 'DELETE' })).status).toBe(204)
    expect(calls).toEqual([['legacy.remove', 'device-001']])
  })

  test('is an operator’s to keep and remove', async () => {
    const { call, calls } = createHarness()
    for (const method of ['PUT', 'DELETE']) {
      const json = method === 'PUT' ? { hash: BCRYPT, endsAt: ENDS_AT } : undefined
      expect((await call(PATH, { method, as: 'auditor', json })).status).toBe(403)
    }
    expect(calls).toEqual([])
  })
})

test('a revocation names each credential that still lets the device in', async () => {
  const { call } = createHarness({
    logins: { thatLetIn: (kind, id) => [`token of ${kind} ${id}`, 'its imported password'] },
  })
  const { status, headers } = await call('/api/devices/certificates/device-001', { method: 'DELETE' })
  expect([status, headers.get('warning')]).toEqual([
    200,
    '299 - "token of device device-001 still lets device device-001 in", 299 - "its imported password still lets device device-001 in"',
  ])
})

test('a device is shown with the end of its imported password', async () => {
  const legacy = {
    userName: 'old name',
    hash: { algorithm: 'bcrypt', digest: '' },
    endsAt: NOW,
    createdAt: NOW,
  } as const
  const find = (deviceId: string) => ({ deviceId, ...legacy })
  const unused = () => Promise.reject(new Error('nobody asks for that'))
  const { call } = createHarness({ legacy: { find, put: unused, remove: unused } })
  expect((await call('/api/devices/device-001')).body).toMatchObject({
    legacy: { userName: 'old name', endsAt: NOW.toISOString() },
  })
})
