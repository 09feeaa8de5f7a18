import type { QoS } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'
const OTHER = 'users/default/devices/device-002'

describe('under the built-in policy', () => {
  test('a device publishes and subscribes below its own topics, a service with an allow rule sees it', async () => {
    await using hub = await startTestHub()
    const device = await hub.connect(await hub.enrol('device-001'), { clientId: 'device-001' })
    const backend = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    await backend.subscribeAsync('users/+/devices/+/#', { qos: 1 })
    await device.subscribeAsync(`${OWN}/rpc/request`, { qos: 1 })

    const seen = nextMessage(backend)
    await device.publishAsync(`${OWN}/telemetry`, '21', { qos: 1 })
    expect(await seen).toEqual({ topic: `${OWN}/telemetry`, payload: '21' })
    const asked = nextMessage(device)
    await backend.publishAsync(`${OWN}/rpc/request`, '{}', { qos: 1 })
    expect(await asked).toEqual({ topic: `${OWN}/rpc/request`, payload: '{}' })
  })

  test.each([
    OTHER,
    '#',
    '+/#',
    'users/#',
    'users/+/devices/device-001/#',
    '$SYS/#',
    `$share/group/${OWN}/#`,
    `${OWN}`.toUpperCase(),
  ])('a subscription to %s is refused with 0x80, and recorded once', async (topic) => {
    await using hub = await startTestHub()
    using client = await openRawClient(hub, await hub.enrol('device-001'))
    client.send(connectPacket({ clientId: 'device-001' }))
    await client.next('connack')
    client.send({ cmd: 'subscribe', messageId: 7, subscriptions: [{ topic, qos: 1 }] })
    expect(await client.next('suback')).toMatchObject({ granted: [128] })
    expect(await hub.refusals()).toMatchObject([
      { cause: 'subscribe_denied', count: 1, presented: { identity: 'device:device-001', topic } },
    ])
  })

  test.each<QoS>([0, 1, 2])(
    'a QoS %i publish outside is dropped, acknowledged and counted, and the session kept',
    async (qos) => {
      await using hub = await startTestHub()
      const device = await hub.connect(await hub.enrol('device-001'), { clientId: 'device-001' })
      const backend = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#', 'elsewhere/#']))
      await backend.subscribeAsync(['users/+/devices/+/#', 'elsewhere/#'])
      const first = nextMessage(backend)

      for (let count = 0; count < 3; count++)
        await device.publishAsync(count === 2 ? 'elsewhere/retained' : OTHER, 'x', { qos, retain: count === 2 })
      await device.publishAsync(`${OWN}/telemetry`, 'allowed', { qos: 1 })

      expect(await first).toEqual({ topic: `${OWN}/telemetry`, payload: 'allowed' })
      expect(device.connected).toBe(true)
      expect(await hub.refusals()).toMatchObject([
        { cause: 'publish_denied', count: 3, presented: { identity: 'device:device-001' } },
      ])
      const late = await hub.connect(await hub.enrolService('late', ['elsewhere/#', 'sentinel']))
      const retained = nextMessage(late)
      await late.subscribeAsync(['elsewhere/#', 'sentinel'])
      await late.publishAsync('sentinel', '')
      expect((await retained).topic).toBe('sentinel')
    },
  )

  test('a SUBSCRIBE of an allowed and a refused filter stores the allowed one alone, for a session that is kept too', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    {
      using client = await openRawClient(hub, device)
      client.send(connectPacket({ clientId: 'device-001', clean: false }))
      await client.next('connack')
      const subscriptions = [`${OWN}/a`, `${OTHER}/a`, `${OWN}/b`].map((topic) => ({ topic, qos: 1 as const }))
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
      expect(await client.next('suback')).toMatchObject({ granted: [1, 128, 1] })
      client.send({ cmd: 'disconnect' })
      await client.closed
    }
    for (const topic of [`${OTHER}/a`, `${OWN}/a`, `${OWN}/b`]) await backend.publishAsync(topic, '', { qos: 1 })

    using again = await openRawClient(hub, device)
    again.send(connectPacket({ clientId: 'device-001', clean: false }))
    expect(await again.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: true })
    await backend.publishAsync(`${OTHER}/a`, 'live', { qos: 1 })
    await backend.publishAsync(`${OWN}/b`, 'last', { qos: 1 })
    const topics = await topicsUntil(again, 'last')
    expect(topics).toEqual([`${OWN}/a`, `${OWN}/b`, `${OWN}/b`])
  })

  test('a will outside is never published, and recorded when it is announced', async () => {
    await using hub = await startTestHub()
    const backend = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    await backend.subscribeAsync('users/+/devices/+/#')
    const first = nextMessage(backend)
    const client = await openRawClient(hub, await hub.enrol('device-001'))
    client.send(
      connectPacket({
        clientId: 'device-001',
        will: { topic: `${OTHER}/will`, payload: Buffer.from('x'), qos: 1, retain: false },
      }),
    )
    await client.next('connack')
    expect(await hub.refusals()).toMatchObject([{ cause: 'will_denied', presented: { topic: `${OTHER}/will` } }])
    client.socket.destroy()
    await disconnection(hub)
    await backend.publishAsync(`${OWN}/after`, '', { qos: 1 })
    expect((await first).topic).toBe(`${OWN}/after`)
  })
})

describe('a policy', () => {
  test('that replaces the built-in one is live at once: what it takes away is in the next delivery', async () => {
    await using hub = await startTestHub()
    const device = await hub.connect(await hub.enrol('device-001'), { clientId: 'device-001' })
    const backend = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    await device.subscribeAsync(`${OWN}/#`, { qos: 1 })
    const before = nextMessage(device)
    await backend.publishAsync(`${OWN}/secret`, 'before', { qos: 1 })
    expect((await before).payload).toBe('before')

    const rules = [
      { effect: 'allow', actions: ['subscribe'], topicFilter: 'users/{user}/devices/{device}/#' },
      { effect: 'deny', actions: ['subscribe'], topicFilter: 'users/{user}/devices/{device}/secret' },
    ]
    expect((await hub.api('PUT', '/api/policies/quiet', { body: { rules } })).status).toBe(200)
    await hub.api('PATCH', '/api/devices/device-001', { body: { policies: ['quiet'] } })

    const after = nextMessage(device)
    await backend.publishAsync(`${OWN}/secret`, 'after', { qos: 1 })
    await backend.publishAsync(`${OWN}/open`, 'after', { qos: 1 })
    expect((await after).topic).toBe(`${OWN}/open`)
    // A deny of a part does not refuse the subscription to the whole.
    expect(await device.subscribeAsync(`${OWN}/#`, { qos: 1 })).toMatchObject([{ qos: 1 }])
  })

  test('of another owner is not inherited: ownership changes by PATCH, which cuts, revokes and forgets', async () => {
    await using hub = await startTestHub()
    const credentials = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    const device = await hub.connect(credentials, { clientId: 'device-001', clean: false })
    await device.subscribeAsync(`${OWN}/#`, { qos: 1 })
    await backend.publishAsync(`${OWN}/kept`, 'retained', { qos: 1, retain: true })
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))

    const answer = await hub.api('PATCH', '/api/devices/device-001', { body: { userId: 'new-owner' } })
    expect(answer.json()).toMatchObject({ userId: 'new-owner' })
    await closed
    await backend.publishAsync(`${OWN}/queued`, 'x', { qos: 1 })

    using again = await openRawClient(hub, await hub.enrol('device-001', { userId: 'new-owner' }))
    again.send(connectPacket({ clientId: 'device-001', clean: false }))
    expect(await again.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: false })
    const late = nextMessage(backend)
    await backend.subscribeAsync([`${OWN}/kept`, 'users/new-owner/devices/device-001/last'])
    await backend.publishAsync('users/new-owner/devices/device-001/last', '')
    expect((await late).topic).toBe('users/new-owner/devices/device-001/last')
  })

  test('a device that was deleted leaves nothing to a later one of its id', async () => {
    await using hub = await startTestHub()
    const former = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    const device = await hub.connect(former, { clientId: 'device-001', clean: false })
    await device.subscribeAsync(`${OWN}/#`, { qos: 1 })
    await device.endAsync()
    await backend.publishAsync(`${OWN}/queued`, 'x', { qos: 1 })
    expect((await hub.api('DELETE', '/api/devices/device-001')).status).toBe(204)
    const later = await hub.enrol('device-001')

    using fresh = await openRawClient(hub, later)
    fresh.send(connectPacket({ clientId: 'device-001', clean: false }))
    expect(await fresh.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: false })
    using old = await openRawClient(hub, former)
    old.send(connectPacket({ clientId: 'device-001' }))
    expect(await old.next('connack')).toMatchObject({ returnCode: 5 })
  })
})

async function topicsUntil(
  client: Awaited<ReturnType<typeof openRawClient>>,
  payload: string,
): Promise<readonly string[]> {
  const topics = (): readonly string[] =>
    client.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []))
  const isThere = (): boolean =>
    client.received.some((packet) => packet.cmd === 'publish' && packet.payload.toString() === payload)
  while (!isThere()) await new Promise((resolve) => client.socket.once('packet', resolve))
  return topics()
}

function disconnection(hub: TestHub): Promise<void> {
  return new Promise((resolve) => {
    const subscription = hub.hub.events.subscribe('device.disconnected', () => {
      subscription[Symbol.dispose]()
      resolve()
    })
  })
}
