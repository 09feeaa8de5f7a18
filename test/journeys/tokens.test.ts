import { afterEach, describe, expect, test, vi } from 'vitest'
import { createToken, logIn, returnCodeOf } from '../support/login.ts'
import type { RawClient } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const SETTINGS = { mqtt: { auth: 'mtls_or_token' } } as const
const OWN = 'users/default/devices/pump'

afterEach(() => {
  vi.useRealTimers()
})

describe('a token', () => {
  test('lets its device in as itself, and the hub knows when it was last used', async () => {
    await using hub = await startTokenHub()
    const token = await createToken(hub, 'devices/pump')
    using client = await loggedIn(hub, token)
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/commands`, qos: 0 }] })
    await client.next('suback')
    client.send({ cmd: 'publish', topic: `${OWN}/commands`, payload: 'on', qos: 0, retain: false, dup: false })
    expect(await client.next('publish')).toMatchObject({ topic: `${OWN}/commands` })
    const { items } = (await hub.api('GET', '/api/devices/pump/tokens')).json()
    const times = { createdAt: expect.any(String), lastUsedAt: expect.any(String) }
    expect(items).toEqual([{ id: token.id, ...times, expiresAt: null, revokedAt: null }])
  })

  test('lets a service in under any client id', async () => {
    await using hub = await startTokenHub()
    await hub.api('POST', '/api/services', { body: { name: 'backend', allow: ['users/#'] } })
    const token = await createToken(hub, 'services/backend')
    expect(await returnCodeOf(hub, token, { clientId: 'worker-7' })).toBe(0)
  })

  test('that is revoked has lost its session when the answer comes, and cannot return', async () => {
    await using hub = await startTokenHub()
    const [token, other] = [await createToken(hub, 'devices/pump'), await createToken(hub, 'devices/pump')]
    using client = await loggedIn(hub, token, 'pump:1')
    using spared = await loggedIn(hub, other, 'pump:2')
    const answer = await hub.api('DELETE', `/api/devices/pump/tokens/${token.id}`)
    expect(answer.status).toBe(204)
    await client.closed
    expect(await returnCodeOf(hub, token)).toBe(4)
    await expectAlive(spared)
    expect(await hub.refusals()).toMatchObject([
      { cause: 'token_revoked', presented: { identity: 'device:pump', token: token.id } },
    ])
  })

  test('ends the session that showed a certificate as well', async () => {
    await using hub = await startTokenHub()
    const { cert, key } = await hub.enrol('pump')
    const token = await createToken(hub, 'devices/pump')
    using client = await loggedIn(hub, { cert, key, ...token })
    await hub.api('DELETE', `/api/devices/pump/tokens/${token.id}`)
    await client.closed
    expect(await returnCodeOf(hub, { cert, key })).toBe(0)
  })

  test('wins no race against its revocation, 100 times', async () => {
    await using hub = await startTokenHub()
    for (let round = 0; round < 100; round++) {
      const token = await createToken(hub, 'devices/pump')
      const revoke = () => hub.api('DELETE', `/api/devices/pump/tokens/${token.id}`)
      const early = round % 3 === 0 ? revoke() : undefined
      using client = await logIn(hub, token)
      if (round % 3 === 1) await client.next('connack')
      await (early ?? revoke())
      await client.closed
    }
  })

  test('that is rotated lets its device in until the new one does', async () => {
    await using hub = await startTokenHub()
    const before = await createToken(hub, 'devices/pump')
    using old = await loggedIn(hub, before, 'pump:old')
    const answer = await hub.api('POST', `/api/devices/pump/tokens/${before.id}/rotate`)
    expect(answer.status).toBe(201)
    await expectAlive(old)
    using renewed = await loggedIn(hub, { username: 'pump', password: answer.json().token }, 'pump:new')
    await old.closed
    await expectAlive(renewed)
    expect(await returnCodeOf(hub, before)).toBe(4)
  })

  test('that expires ends its session at the next sweep', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await using hub = await startTokenHub()
    const expiresAt = new Date(hub.clock.now().getTime() + 60_000).toISOString()
    using client = await loggedIn(hub, await createToken(hub, 'devices/pump', { expiresAt }), 'pump:1')
    using unending = await loggedIn(hub, await createToken(hub, 'devices/pump'), 'pump:2')
    vi.advanceTimersByTime(30_000)
    await expectAlive(client)
    hub.clock.advance(60_001)
    vi.advanceTimersByTime(30_000)
    await client.closed
    await expectAlive(unending)
  })

  test('dies with its device: a later device of that id inherits nothing', async () => {
    await using hub = await startTokenHub()
    const token = await createToken(hub, 'devices/pump')
    using client = await loggedIn(hub, token)
    await hub.api('DELETE', '/api/devices/pump')
    await client.closed
    await hub.api('POST', '/api/devices', { body: { deviceId: 'pump' } })
    expect(await returnCodeOf(hub, token)).toBe(4)
    expect((await hub.api('GET', '/api/devices/pump/tokens')).json().items).toEqual([])
  })

  test('does not pass on to another owner with the device', async () => {
    await using hub = await startTokenHub()
    const token = await createToken(hub, 'devices/pump')
    await hub.api('PATCH', '/api/devices/pump', { body: { userId: 'ann' } })
    expect(await returnCodeOf(hub, token)).toBe(4)
  })

  test('that still lets a device in whose certificates are revoked is named in the answer', async () => {
    await using hub = await startTokenHub()
    await hub.enrol('pump')
    const { id } = await createToken(hub, 'devices/pump')
    const revoke = () => hub.api('DELETE', '/api/devices/certificates/pump')
    expect((await revoke()).headers['warning']).toBe(`299 - "token ${id} still lets device pump in"`)
    await hub.api('PATCH', '/api/devices/pump', { body: { state: 'suspended' } })
    expect((await revoke()).headers['warning']).toBeUndefined()
  })

  test('of a service is named when its certificates are revoked, and in its check-up', async () => {
    await using hub = await startTokenHub()
    await hub.enrolService('backend', ['users/#'])
    const { id } = await createToken(hub, 'services/backend')
    const { headers } = await hub.api('DELETE', '/api/services/backend/certificates')
    expect(headers['warning']).toBe(`299 - "token ${id} still lets service backend in"`)
    const { checks } = (await hub.api('GET', '/api/diagnostics/services/backend')).json()
    expect(checks).toContainEqual(expect.objectContaining({ name: 'login', detail: `token ${id} lets it in` }))
  })
})

async function startTokenHub(): Promise<TestHub> {
  const hub = await startTestHub({ settings: SETTINGS })
  await hub.api('POST', '/api/devices', { body: { deviceId: 'pump' } })
  return hub
}

async function loggedIn(hub: TestHub, shown: Parameters<typeof logIn>[1], clientId = 'pump'): Promise<RawClient> {
  const client = await logIn(hub, shown, { clientId })
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  return client
}

async function expectAlive(client: RawClient): Promise<void> {
  client.send({ cmd: 'pingreq' })
  expect(await client.next('pingresp')).toBeDefined()
}
