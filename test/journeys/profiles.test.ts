import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSigningRequest } from '../support/signing-request.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const RENEW = '/api/devices/self/certificate/renew'
const DAY_MS = 86_400_000

function secondsLeft(hub: TestHub, cert: string): number {
  return Math.round((Date.parse(new X509Certificate(cert).validTo) - hub.clock.now().getTime()) / 1000)
}

async function profilesOf(hub: TestHub, id: string): Promise<readonly (string | null)[]> {
  const { certificates } = (await hub.api('GET', `/api/devices/certificates/${id}?include=detail`)).json()
  return certificates.map(({ profile }: { profile: string | null }) => profile)
}

test('a certificate of a minute lets its device connect, renew in its last third, and ends by itself', async () => {
  await using hub = await startTestHub({ settings: { profiles: { minute: { validity: '1m' } } } })
  const first = await hub.enrol('pump', { profile: 'minute' })
  expect(secondsLeft(hub, first.cert)).toBeLessThanOrEqual(60)
  const session = await hub.connect(first, { clientId: 'pump' })
  const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))

  hub.clock.advance(30_000)
  expect(await hub.api('POST', RENEW, { credentials: first, token: null })).toMatchObject({ status: 409 })
  hub.clock.advance(12_000)
  const { csr, key } = await createSigningRequest('pump')
  const renewed = await hub.api('POST', RENEW, { credentials: first, token: null, body: { csr } })
  expect(renewed.status).toBe(201)
  const { clientCert: cert } = renewed.json()
  expect(secondsLeft(hub, cert)).toBeGreaterThan(50)
  expect(await profilesOf(hub, 'pump')).toEqual(['minute', 'minute'])

  hub.clock.advance(19_000)
  await hub.hub.sweep()
  await closed
  await expect(hub.connect(first, { clientId: 'pump' })).rejects.toThrow()
  expect((await hub.connect({ cert, key }, { clientId: 'pump' })).connected).toBe(true)
})

test('a renewal follows its profile when that changes, keeps a life that was asked for, and ends with the profile', async () => {
  await using hub = await startTestHub({ settings: { profiles: { own: { validity: '10d' } } } })
  const usual = await hub.enrol('pump', { profile: 'own' })
  const asked = await hub.enrol('valve', { profile: 'own', validityDays: 3 })
  expect((await hub.reload({ profiles: { own: { validity: '20d' } } })).json().applied).toEqual(['profiles'])
  hub.clock.advance(2 * DAY_MS + DAY_MS / 2)
  const short = await hub.api('POST', RENEW, { credentials: asked, token: null })
  expect(secondsLeft(hub, short.json().clientCert)).toBeCloseTo(3 * 86_400, -2)
  hub.clock.advance(6 * DAY_MS)
  const long = await hub.api('POST', RENEW, { credentials: usual, token: null })
  expect(secondsLeft(hub, long.json().clientCert)).toBeCloseTo(20 * 86_400, -2)
  await hub.reload({})
  const orphan = await hub.api('POST', RENEW, { credentials: usual, token: null })
  expect(orphan.json()).toMatchObject({ status: 400, code: 'profile_violation' })
  expect((await hub.refusals()).map(({ cause }) => cause)).toEqual(['profile_violation'])
})

test('renew_before of a profile opens its window earlier than that of all', async () => {
  const profiles = { own: { validity: '10d', renew_before: '9d' } }
  await using hub = await startTestHub({ settings: { profiles, ca: { renew_before: '1d' } } })
  const own = await hub.enrol('pump', { profile: 'own' })
  const other = await hub.enrol('valve', { validityDays: 10 })
  hub.clock.advance(2 * DAY_MS)
  expect(await hub.api('POST', RENEW, { credentials: own, token: null })).toMatchObject({ status: 201 })
  expect(await hub.api('POST', RENEW, { credentials: other, token: null })).toMatchObject({ status: 409 })
})

test('a request that is sent as itself has its wishes in the query, and none is passed over', async () => {
  await using hub = await startTestHub({ settings: { profiles: { minute: { validity: '1m' } } } })
  const { csr: body } = await createSigningRequest('pump')
  const send = (query: string) =>
    hub.api('POST', `/api/devices/pump/certificates/csr?${query}`, {
      body,
      headers: { 'content-type': 'application/pkcs10' },
    })
  for (const query of ['profile=none', 'profil=minute', 'validityDays=0', 'onExisting=']) {
    expect((await send(query)).status, query).toBe(400)
  }
  expect((await hub.api('GET', '/api/devices/pump')).status).toBe(404)
  const answer = await send('profile=minute&userId=ann')
  expect(secondsLeft(hub, answer.json().clientCert)).toBeLessThanOrEqual(60)
  expect(await profilesOf(hub, 'pump')).toEqual(['minute'])
  expect((await hub.api('GET', '/api/devices/pump')).json()).toMatchObject({ userId: 'ann' })
  const days = await send('validityDays=3&overlapHours=0.5&onExisting=replace')
  expect(secondsLeft(hub, days.json().clientCert)).toBeCloseTo(3 * 86_400, -2)
})

test('what a profile does not allow is refused with what it asks for, and nothing is made', async () => {
  const profiles = { own: { validity: '10d', key_algorithms: ['ec-p384' as const] } }
  await using hub = await startTestHub({ settings: { profiles } })
  const { csr } = await createSigningRequest('pump')
  for (const { path, body, detail } of [
    { path: '/api/devices/certificates/pump', body: { profile: 'none' }, detail: /No profile is called "none"/ },
    { path: '/api/devices/certificates/pump', body: { profile: 'own' }, detail: /let the device make it/ },
    { path: '/api/devices/certificates/pump', body: { validityDays: 3651 }, detail: /from 1m to 3650d, not 3651d/ },
    { path: '/api/devices/pump/certificates/csr', body: { csr, profile: 'own' }, detail: /ec-p384, not ec-p256/ },
    {
      path: '/api/devices/pump/certificates/csr',
      body: { csr, profile: 'own', validityDays: 11 },
      detail: /ec-p384, not ec-p256/,
    },
  ]) {
    const answer = await hub.api('POST', path, { body })
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'profile_violation',
      detail: expect.stringMatching(detail),
    })
  }
  expect((await hub.api('GET', '/api/devices')).json().items).toEqual([])
})

test('a service has a certificate of a profile too', async () => {
  await using hub = await startTestHub({ settings: { profiles: { short: { validity: '1h' } } } })
  await hub.enrolService('backend', ['#'])
  const issued = await hub.api('POST', '/api/services/backend/certificates', { body: { profile: 'short' } })
  expect(secondsLeft(hub, issued.json().clientCert)).toBeLessThanOrEqual(3600)
  const { items } = (await hub.api('GET', '/api/certificates')).json()
  expect(items.map(({ profile }: { profile: string }) => profile).toSorted()).toEqual(['default', 'short'])
})
