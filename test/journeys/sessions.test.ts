import { describe, expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openConnectedClient, openRawClient } from '../support/raw-client.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'
const WILL = { topic: `${OWN}/will`, payload: Buffer.from('lost'), qos: 1, retain: false } as const

describe('the list of sessions', () => {
  test('shows a live one with all that is known of it', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001', { userId: 'user-1' })
    const before = hub.clock.now()
    using client = await openConnectedClient(hub, device, { keepalive: 30 })
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'users/user-1/devices/device-001/#', qos: 1 }],
    })
    await client.next('suback')
    const { items, nextCursor } = (await hub.api('GET', '/api/sessions')).json()
    expect(nextCursor).toBeNull()
    expect(items).toEqual([
      {
        clientId: 'device-001',
        identity: { kind: 'device', id: 'device-001', userId: 'user-1' },
        connected: true,
        connectedAt: expect.any(String),
        address: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
        surface: 'mqtts',
        protocolVersion: 4,
        keepAlive: 30,
        fingerprint: device.fingerprint,
        tls: { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
        willTopic: null,
        cleanSession: true,
        subscriptions: [{ topicFilter: 'users/user-1/devices/device-001/#', qos: 1 }],
        queued: { messages: 0, bytes: 0 },
        inFlight: 0,
        messages: { received: 0, sent: 0 },
        expiresAt: null,
      },
    ])
    expectBetween(before, items[0].connectedAt, hub.clock.now())
  })

  test('shows what waits for one that is away, and when it ends', async () => {
    await using hub = await startTestHub({ settings: { limits: { session_expiry: '1h' } } })
    const before = hub.clock.now()
    await leaveSession(hub, await hub.enrol('device-001'))
    await publish(hub, `${OWN}/a`)
    const { items } = (await hub.api('GET', '/api/sessions?state=disconnected')).json()
    expect(items).toMatchObject([
      {
        clientId: 'device-001',
        identity: { kind: 'device', id: 'device-001' },
        connected: false,
        address: null,
        cleanSession: false,
        subscriptions: [{ topicFilter: `${OWN}/#`, qos: 1 }],
        queued: { messages: 1, bytes: `${OWN}/a`.length + 1 },
      },
    ])
    expectBetween(later(before, 3_600_000), items[0].expiresAt, later(hub.clock.now(), 3_600_000))
  })

  test('shows what is on its way, unacknowledged', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    await leaveSession(hub, device)
    using client = await openConnectedClient(hub, device, { clean: false })
    await publish(hub, `${OWN}/a`)
    await client.next('publish')
    expect((await hub.api('GET', '/api/sessions/device-001')).json()).toMatchObject({
      connected: true,
      cleanSession: false,
      queued: { messages: 1 },
      inFlight: 1,
    })
  })

  test('is found by a part of the client id and by state, page by page', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    await leaveSession(hub, device)
    using _one = await openConnectedClient(hub, device, { clientId: 'device-001:b' })
    using _two = await openConnectedClient(hub, device, { clientId: 'device-001:a' })
    const find = async (query: string): Promise<readonly string[]> =>
      (await hub.api('GET', `/api/sessions?${query}`))
        .json()
        .items.map(({ clientId }: { clientId: string }) => clientId)
    expect(await find('')).toEqual(['device-001', 'device-001:a', 'device-001:b'])
    expect(await find('q=:')).toEqual(['device-001:a', 'device-001:b'])
    expect(await find('state=connected')).toEqual(['device-001:a', 'device-001:b'])
    expect(await find('state=disconnected')).toEqual(['device-001'])
    const { nextCursor } = (await hub.api('GET', '/api/sessions?limit=2')).json()
    expect(await find(`cursor=${nextCursor}`)).toEqual(['device-001:b'])
    expect((await hub.api('GET', '/api/sessions/stranger')).json()).toMatchObject({ code: 'session_not_found' })
  })
})

describe('a session that an administrator ends', () => {
  test('loses its connection as if it were lost: its will is said, and nothing of it is left', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['users/#']))
    await backend.subscribeAsync(WILL.topic)
    await leaveSession(hub, device)
    using client = await openConnectedClient(hub, device, { clean: false, will: WILL })
    const said = nextMessage(backend)
    const reasons: string[] = []
    using _ = hub.hub.events.subscribe('device.disconnected', ({ reason }) => reasons.push(reason))
    expect((await hub.api('DELETE', '/api/sessions/device-001')).status).toBe(204)
    expect(reasons).toEqual(['kicked'])
    await client.closed
    expect(await said).toEqual({ topic: WILL.topic, payload: 'lost' })
    expect(hub.log.lines).toContainEqual(expect.objectContaining({ msg: 'An administrator ended a session' }))

    using again = await openRawClient(hub, device)
    again.send(connectPacket({ clientId: 'device-001', clean: false }))
    expect(await again.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: false })
  })

  test('is dropped with its queue when its client is away', async () => {
    await using hub = await startTestHub()
    await leaveSession(hub, await hub.enrol('device-001'))
    expect((await hub.api('DELETE', '/api/sessions/device-001')).status).toBe(204)
    expect((await hub.api('DELETE', '/api/sessions/device-001')).json()).toMatchObject({ code: 'session_not_found' })
    expect((await hub.api('GET', '/api/sessions')).json().items).toEqual([])
  })
})

describe('a ban', () => {
  test('cuts every connection of the device, says no will, and refuses it under every client id until it ends', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['users/#']))
    await backend.subscribeAsync('users/#')
    const first = nextMessage(backend)
    using client = await openConnectedClient(hub, device, { will: WILL })
    using second = await openConnectedClient(hub, device, { clientId: 'device-001:second', will: WILL })
    expect((await hub.api('DELETE', '/api/sessions/device-001?ban=5m')).status).toBe(204)
    await Promise.all([client.closed, second.closed])
    for (const clientId of ['device-001', '']) {
      using refused = await openRawClient(hub, device)
      refused.send(connectPacket({ clientId }))
      expect(await refused.next('connack')).toMatchObject({ returnCode: 5 })
    }
    const bans = (await hub.api('GET', '/api/bans')).json()
    const { since, until } = bans.items[0]
    expect(await hub.refusals()).toMatchObject([{ cause: 'banned', expected: `no CONNECT before ${until}`, count: 2 }])
    expect(until).toBe(later(new Date(since), 300_000).toISOString())
    expect(bans).toEqual({
      items: [
        {
          id: 'device:device-001',
          cause: 'banned',
          identity: { kind: 'device', id: 'device-001' },
          clientId: null,
          since,
          until,
        },
      ],
      nextCursor: null,
    })

    hub.clock.advance(300_000)
    expect((await hub.api('GET', '/api/bans')).json().items).toEqual([])
    using back = await openConnectedClient(hub, device)
    back.send({ cmd: 'publish', topic: `${OWN}/back`, payload: '', qos: 0, retain: false, dup: false })
    expect((await first).topic).toBe(`${OWN}/back`)
  })

  test('of a service is of one client id, and is lifted by an administrator', async () => {
    await using hub = await startTestHub()
    const service = await hub.enrolService('backend', ['users/#'])
    using _other = await openConnectedClient(hub, service, { clientId: 'backend:1' })
    using banned = await openConnectedClient(hub, service, { clientId: 'backend:2' })
    expect((await hub.api('DELETE', '/api/sessions/backend:2?ban=1h')).status).toBe(204)
    await banned.closed
    using refused = await openRawClient(hub, service)
    refused.send(connectPacket({ clientId: 'backend:2' }))
    expect(await refused.next('connack')).toMatchObject({ returnCode: 5 })
    expect((await hub.api('GET', '/api/sessions')).json().items).toMatchObject([{ clientId: 'backend:1' }])

    expect((await hub.api('DELETE', '/api/bans/client:backend:2')).status).toBe(204)
    expect((await hub.api('DELETE', '/api/bans/client:backend:2')).json()).toMatchObject({ code: 'ban_not_found' })
    using _back = await openConnectedClient(hub, service, { clientId: 'backend:2' })
  })

  for (const ban of ['', '5', '0s', '2d', 'soon']) {
    test(`refused/for "${ban}", and nobody is disconnected`, async () => {
      await using hub = await startTestHub()
      using _ = await openConnectedClient(hub, await hub.enrol('device-001'))
      const answer = await hub.api('DELETE', `/api/sessions/device-001?ban=${ban}`)
      expect([answer.status, answer.json().code]).toEqual([400, 'bad_request'])
      expect((await hub.api('GET', '/api/sessions')).json().items).toMatchObject([{ connected: true }])
    })
  }
})

function later(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() + milliseconds)
}

function expectBetween(first: Date, time: string, last: Date): void {
  expect(time >= first.toISOString() && time <= last.toISOString(), time).toBe(true)
}

/** A session that is kept, subscribed to all that is the device's own. */
async function leaveSession(hub: TestHub, device: Enrolled): Promise<void> {
  using client = await openConnectedClient(hub, device, { clean: false })
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/#`, qos: 1 }] })
  await client.next('suback')
  client.send({ cmd: 'disconnect' })
  await client.closed
}

async function publish(hub: TestHub, topicName: string): Promise<void> {
  const answer = await hub.api('POST', '/api/publish', { body: { topicName, payload: 'x', qos: 1 } })
  expect(answer.status).toBe(202)
}
