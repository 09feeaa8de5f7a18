import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { createForeignCa, openHubCa } from '../support/certificate-maker.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { type ApiAnswer, type Credentials, type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000
const RENEW = '/api/devices/self/certificate/renew'

function renew(hub: TestHub, credentials: Credentials | undefined, body?: unknown): Promise<ApiAnswer> {
  return hub.api('POST', RENEW, { credentials, token: null, body })
}

/** A device whose certificate of 30 days has `daysLeft` of them. */
async function enrolAged(hub: TestHub, id: string, daysLeft: number): Promise<Enrolled> {
  const enrolled = await hub.enrol(id, { validityDays: 30 })
  hub.clock.advance((30 - daysLeft) * DAY_MS)
  return enrolled
}

/** One line for each refusal over HTTPS. */
async function refusalsOf(hub: TestHub): Promise<readonly string[]> {
  const refusals = await hub.refusals()
  return refusals.map(({ surface, cause, presented }) => `${surface} ${cause} ${presented?.['identity'] ?? '-'}`)
}

async function certificatesOf(hub: TestHub, id: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await hub.api('GET', `/api/devices/certificates/${id}?include=detail`)).json().certificates
}

describe('a device renews its certificate', () => {
  for (const mode of ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token'] as const) {
    test(`by its certificate alone, in the mode ${mode}`, async () => {
      await using hub = await startTestHub({ settings: { api: { auth: mode } } })
      const issued = await hub.hub.fetch(
        new Request('https://localhost/api/devices/certificates/pump', { method: 'POST' }),
      )
      const { clientCert: cert, clientKey: key } = (await issued.json()) as { clientCert: string; clientKey: string }
      hub.clock.advance(300 * DAY_MS)
      expect(await renew(hub, { cert, key })).toMatchObject({ status: 201 })
    })
  }

  test('with a key from the hub, once; the old one lives until the new one connects', async () => {
    await using hub = await startTestHub()
    const old = await enrolAged(hub, 'pump', 9)
    const session = await hub.connect(old, { clientId: 'pump:old' })
    const answer = await renew(hub, old)
    expect(answer.status).toBe(201)
    expect(answer.headers['cache-control']).toBe('no-store')
    const { deviceId, clientCert: cert, clientKey: key, caCert, fingerprint, notAfter } = answer.json()
    const certificate = new X509Certificate(cert)
    expect({ deviceId, caCert, fingerprint }).toEqual({
      deviceId: 'pump',
      caCert: hub.ca,
      fingerprint: certificate.fingerprint256,
    })
    // It lives as long as the one before.
    expect(Date.parse(notAfter) - hub.clock.now().getTime()).toBeCloseTo(30 * DAY_MS, -4)
    expect(session.connected).toBe(true)
    const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
    await hub.connect({ cert, key }, { clientId: 'pump' })
    await closed
    expect(await certificatesOf(hub, 'pump')).toMatchObject([
      { fingerprint, revokedAt: null },
      { fingerprint: old.fingerprint, revocationReason: 'superseded' },
    ])
    const diary = (await hub.api('GET', '/api/devices/pump/diary')).json().items
    expect(diary.map(({ event }: { event: string }) => event)).toEqual(
      expect.arrayContaining(['certificate_issued', 'certificate_renewed', 'certificate_revoked']),
    )
  })

  for (const { name, ownKey } of [
    { name: 'a new key', ownKey: false },
    { name: 'the key it has', ownKey: true },
  ]) {
    test(`for ${name}, which never leaves it`, async () => {
      await using hub = await startTestHub()
      const old = await enrolAged(hub, 'pump', 9)
      const { csr, key } = await createSigningRequest('not its name', ownKey ? old.key : undefined)
      const answer = await renew(hub, old, { csr })
      expect(answer.status).toBe(201)
      const { clientCert: cert, ...rest } = answer.json()
      expect(Object.keys(rest).toSorted()).toEqual(['caCert', 'deviceId', 'fingerprint', 'notAfter'])
      // Only the key is taken from the request.
      expect(new X509Certificate(cert).subject).toBe('CN=pump')
      const session = await hub.connect({ cert, key }, { clientId: 'pump' })
      expect(session.connected).toBe(true)
    })
  }

  test('again when the answer was lost: the certificate it works with stays, the one it never had ends', async () => {
    await using hub = await startTestHub()
    const old = await enrolAged(hub, 'pump', 9)
    const lost = (await renew(hub, old)).json().fingerprint
    const { fingerprint } = (await renew(hub, old)).json()
    expect(await certificatesOf(hub, 'pump')).toMatchObject([
      { fingerprint, revokedAt: null },
      { fingerprint: lost, revocationReason: 'superseded' },
      { fingerprint: old.fingerprint, revokedAt: null },
    ])
  })
})

test('a request that is repeated for the same key is answered with the same certificate, until that has connected', async () => {
  await using hub = await startTestHub()
  const old = await enrolAged(hub, 'pump', 9)
  const { csr, key } = await createSigningRequest('pump')
  const first = (await renew(hub, old, { csr })).json()
  const again = await renew(hub, old, { csr })
  expect(again).toMatchObject({ status: 201 })
  expect(again.json()).toEqual(first)
  expect(await certificatesOf(hub, 'pump')).toHaveLength(2)
  await hub.connect({ cert: first.clientCert, key }, { clientId: 'pump' })
  hub.clock.advance(25 * DAY_MS)
  const next = (await renew(hub, { cert: first.clientCert, key }, { csr })).json()
  expect(next.fingerprint).not.toBe(first.fingerprint)
})

describe('the window', () => {
  test('opens in the last third of the life, and the refusal says when', async () => {
    await using hub = await startTestHub()
    const old = await enrolAged(hub, 'pump', 11)
    const answer = await renew(hub, old)
    expect(answer.status).toBe(409)
    expect(answer.json()).toMatchObject({
      code: 'renewal_too_early',
      detail: expect.stringMatching(/from \d{4}-.*Z on$/),
    })
    expect(await certificatesOf(hub, 'pump')).toHaveLength(1)
    expect(await refusalsOf(hub)).toEqual(['https renewal_too_early device:pump'])
  })

  test('is what ca.renew_before says, from the next call on', async () => {
    await using hub = await startTestHub()
    const old = await enrolAged(hub, 'pump', 20)
    expect(await renew(hub, old)).toMatchObject({ status: 409 })
    expect((await hub.reload({ ca: { renew_before: '21d' } })).json().applied).toEqual(['ca.renew_before'])
    expect(await renew(hub, old)).toMatchObject({ status: 201 })
  })
})

describe('ca.renew_after_expiry', () => {
  const settings = { ca: { renew_after_expiry: 7 } }

  test('is off: who has expired is refused', async () => {
    await using hub = await startTestHub()
    const old = await enrolAged(hub, 'pump', -1)
    expect(await renew(hub, old)).toMatchObject({ status: 401 })
    expect(await refusalsOf(hub)).toEqual(['https certificate_expired device:pump'])
  })

  test('lets an expired certificate renew itself, and do nothing else', async () => {
    await using hub = await startTestHub({ settings })
    const old = await enrolAged(hub, 'pump', -6)
    await expect(hub.connect(old, { clientId: 'pump:old' })).rejects.toThrow()
    const { clientCert: cert, clientKey: key } = (await renew(hub, old)).json()
    expect((await hub.connect({ cert, key }, { clientId: 'pump' })).connected).toBe(true)
    expect(await renew(hub, old)).toMatchObject({ status: 401 })
  })

  test('ends after its days', async () => {
    await using hub = await startTestHub({ settings })
    const old = await enrolAged(hub, 'pump', -8)
    expect(await renew(hub, old)).toMatchObject({ status: 401 })
    expect(await certificatesOf(hub, 'pump')).toHaveLength(1)
  })

  test('refuses an expired one that was revoked, or whose device is suspended', async () => {
    await using hub = await startTestHub({ settings })
    const revoked = await hub.enrol('valve', { validityDays: 30 })
    const suspended = await enrolAged(hub, 'pump', -1)
    await hub.api('DELETE', '/api/devices/certificates/valve')
    await hub.api('PATCH', '/api/devices/pump', { body: { state: 'suspended' } })
    expect(await renew(hub, revoked)).toMatchObject({ status: 401 })
    expect(await renew(hub, suspended)).toMatchObject({ status: 401 })
    expect(await refusalsOf(hub)).toEqual([
      'https identity_suspended device:pump',
      'https certificate_revoked device:valve',
    ])
  })

  test('refuses an expired forgery, and an expired one that the registry does not hold', async () => {
    await using hub = await startTestHub({ settings })
    await hub.enrol('pump')
    const expired = { commonNames: ['pump'], notBefore: daysFromNow(-30), notAfter: daysFromNow(-1) }
    const forger = await createForeignCa(new X509Certificate(hub.ca).subject)
    expect(await renew(hub, await forger.make(expired))).toMatchObject({ status: 401 })
    expect(await renew(hub, await (await openHubCa(hub)).make(expired))).toMatchObject({ status: 401 })
    expect((await hub.refusals()).map(({ cause }) => cause)).toEqual([
      'certificate_expired',
      'certificate_signature_invalid',
    ])
    expect(await certificatesOf(hub, 'pump')).toHaveLength(1)
  })

  function daysFromNow(days: number): Date {
    return new Date(Date.now() + days * DAY_MS)
  }
})

describe('nobody else renews', () => {
  test('no certificate, a token, a service', async () => {
    await using hub = await startTestHub()
    const service = await hub.enrolService('backend', ['#'])
    expect(await hub.api('POST', RENEW)).toMatchObject({ status: 401 })
    expect(await renew(hub, service)).toMatchObject({ status: 401 })
    expect(await refusalsOf(hub)).toEqual([
      'https certificate_kind_wrong service:backend',
      'https certificate_missing -',
    ])
  })

  for (const { name, token, status, refusals } of [
    { name: 'a token that nobody made', token: 'sgn_x_y', status: 401, refusals: ['https token_invalid device:pump'] },
    { name: 'a good token, which counts for nothing', token: undefined, status: 201, refusals: [] },
  ]) {
    test(`beside its certificate, ${name}`, async () => {
      await using hub = await startTestHub()
      const credentials = await enrolAged(hub, 'pump', 9)
      const call = { credentials, token: token ?? hub.adminToken }
      expect(await hub.api('POST', RENEW, call)).toMatchObject({ status })
      expect(await refusalsOf(hub)).toEqual(refusals)
    })
  }

  test('a page of another origin, with the certificate that its browser holds', async () => {
    await using hub = await startTestHub()
    const old = await enrolAged(hub, 'pump', 9)
    const call = { credentials: old, token: null, headers: { origin: 'https://evil.example' } }
    expect(await hub.api('POST', RENEW, call)).toMatchObject({ status: 403 })
    expect(await certificatesOf(hub, 'pump')).toHaveLength(1)
  })

  test('a body of a kind that is not known: the hub makes no key for who sent one', async () => {
    await using hub = await startTestHub()
    const old = await enrolAged(hub, 'pump', 9)
    const { csr } = await createSigningRequest('pump')
    const call = { credentials: old, token: null, body: csr, headers: { 'content-type': 'text/html' } }
    expect(await hub.api('POST', RENEW, call)).toMatchObject({ status: 415 })
    expect(await certificatesOf(hub, 'pump')).toHaveLength(1)
  })
})

test('a failure of the hub is no refusal: the device keeps its certificate, and asks again', async () => {
  await using hub = await startTestHub()
  const old = await enrolAged(hub, 'pump', 9)
  using stack = new DisposableStack()
  const other = stack.adopt(new SQLite(join(hub.dataDir, 'hub.db')), (open) => void open.close())
  other.exec("create trigger broken before insert on certificates begin select raise(abort, 'broken'); end")
  expect((await renew(hub, old)).json()).toMatchObject({ status: 500, code: 'internal_error' })
  expect(await refusalsOf(hub)).toEqual([])
  expect(await certificatesOf(hub, 'pump')).toHaveLength(1)
  other.exec('drop trigger broken')
  expect(await renew(hub, old)).toMatchObject({ status: 201 })
})

describe('a key', () => {
  test('of another device is refused to an operator and to a device', async () => {
    await using hub = await startTestHub()
    const valve = await hub.enrol('valve')
    const { csr } = await createSigningRequest('pump', valve.key)
    const answer = await hub.api('POST', '/api/devices/pump/certificates/csr', { body: { csr } })
    expect(answer.status).toBe(409)
    expect(answer.json()).toMatchObject({ code: 'key_in_use' })
    expect(await hub.api('GET', '/api/devices/pump')).toMatchObject({ status: 404 })
    const pump = await enrolAged(hub, 'pump', 9)
    expect((await renew(hub, pump, { csr })).json()).toMatchObject({ code: 'key_in_use' })
    expect(await hub.refusals()).toMatchObject([
      { surface: 'https', cause: 'key_in_use', count: 2, presented: { identity: 'device:pump' } },
    ])
  })

  test('that was compromised is refused to the device itself as well', async () => {
    await using hub = await startTestHub()
    const pump = await hub.enrol('pump')
    await hub.api('DELETE', '/api/devices/certificates/pump?reason=keyCompromise')
    const { csr } = await createSigningRequest('pump', pump.key)
    const answer = await hub.api('POST', '/api/devices/pump/certificates/csr', { body: { csr } })
    expect(answer).toMatchObject({ status: 409 })
    expect(answer.json()).toMatchObject({ code: 'key_compromised' })
    expect(await certificatesOf(hub, 'pump')).toHaveLength(1)
  })
})

test('an operator has a key certified for a device, which is created; an auditor may not', async () => {
  await using hub = await startTestHub()
  const { csr, key } = await createSigningRequest('anything')
  const path = '/api/devices/pump/certificates/csr'
  const { token } = (await hub.api('POST', '/api/tokens', { body: { name: 'ann', role: 'auditor' } })).json()
  expect(await hub.api('POST', path, { body: { csr }, token })).toMatchObject({ status: 403 })
  const answer = await hub.api('POST', path, { body: { csr, userId: 'me', validityDays: 90 } })
  expect(answer.status).toBe(201)
  const { clientCert: cert, ...rest } = answer.json()
  expect(Object.keys(rest).toSorted()).toEqual(['caCert', 'deviceId', 'fingerprint', 'notAfter'])
  expect((await hub.connect({ cert, key }, { clientId: 'pump' })).connected).toBe(true)
  expect((await hub.api('GET', '/api/devices/pump')).json()).toMatchObject({ userId: 'me' })
  const again = await hub.api('POST', path, { body: { csr, onExisting: 'fail' } })
  expect(again.json()).toMatchObject({ code: 'certificate_exists' })
  expect((await hub.api('POST', path, { body: {} })).json()).toMatchObject({ code: 'csr_invalid' })
  expect((await hub.api('POST', path, { body: { csr: 'x' } })).json()).toMatchObject({ code: 'csr_invalid' })
})
