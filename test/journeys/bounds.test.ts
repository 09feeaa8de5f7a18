import type { MqttClient } from 'mqtt'
import type { IPublishPacket } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import type { HubEventType } from '../../src/events.ts'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient, type RawClient } from '../support/raw-client.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'

describe('a device that sends more than limits.messages_per_second', () => {
  test('is read more slowly: every message arrives, in order, and its operator can find out why', async () => {
    await using hub = await startTestHub({ settings: { limits: { messages_per_second: 100 } } })
    const told = listenTo(hub, 'limit.reached')
    const device = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['#']))
    await backend.subscribeAsync('#', { qos: 0 })
    const arrived = collect(backend, 240)

    // Two connections of one device share what it may send.
    using first = await connected(hub, device, 'device-001:a')
    using second = await connected(hub, device, 'device-001:b')
    for (const [client, name] of [
      [first, 'a'],
      [second, 'b'],
    ] as const)
      client.send(
        ...Array.from({ length: 120 }, (_, index) => publish({ topic: `${OWN}/${name}`, payload: `${index}` })),
      )

    const messages = await arrived
    for (const name of ['a', 'b']) {
      const ofOne = messages.filter(({ topic }) => topic.endsWith(name)).map(({ payload }) => Number(payload))
      expect(ofOne).toEqual(Array.from({ length: 120 }, (_, index) => index))
    }
    expect([first.socket.destroyed, second.socket.destroyed]).toEqual([false, false])
    expect(told).toContainEqual({ limit: 'messages_per_second', subject: 'device:device-001', count: 1 })
    const lines = hub.log.lines.filter(({ msg }) => msg === 'A limit was reached')
    expect(lines).toMatchObject([{ limit: 'limits.messages_per_second', subject: 'device:device-001' }])
    expect(await hub.refusals()).toEqual([])
  })
})

describe('a store that holds limits.store_bytes', () => {
  test('takes no more, says so, loses nothing it has acknowledged, and recovers when that is fetched', async () => {
    await using hub = await startTestHub({ settings: { limits: { store_bytes: '1MiB' } } })
    const device = await hub.enrol('device-001')
    await subscribedAndGone(hub, device)
    const service = await hub.enrolService('backend', ['#'])
    const watcher = await hub.connect(await hub.enrolService('watcher', ['#']))
    await watcher.subscribeAsync(`${OWN}/live`, { qos: 0 })
    expect((await hub.api('GET', '/readyz')).status).toBe(200)

    let acknowledged = 0
    using publisher = await connected(hub, service, 'backend')
    publisher.socket.on('packet', ({ cmd }) => {
      if (cmd === 'puback') send(++acknowledged)
    })
    const send = (number: number): void =>
      publisher.send(publish({ qos: 1, messageId: number + 1, payload: `${number} `.padEnd(20_000, 'x') }))
    send(0)
    await publisher.closed

    expect(acknowledged).toBeGreaterThan(20)
    const ready = await hub.api('GET', '/readyz')
    expect([ready.status, ready.json().checks]).toEqual([
      503,
      expect.arrayContaining([{ name: 'store_bytes', ok: false }]),
    ])
    expect(await hub.refusals()).toMatchObject([
      { cause: 'store_full', count: 1, presented: { identity: 'service:backend' } },
    ])
    const live = nextMessage(watcher)
    using again = await connected(hub, service, 'backend')
    again.send(publish({ topic: `${OWN}/live`, payload: 'QoS 0 goes on' }))
    expect(await live).toMatchObject({ payload: 'QoS 0 goes on' })

    const numbers = await fetchAll(hub, device, acknowledged)
    expect(numbers).toEqual(Array.from({ length: acknowledged }, (_, index) => index))
    expect((await hub.api('GET', '/readyz')).status).toBe(200)
    again.send(publish({ qos: 1, messageId: 1 }))
    expect(await again.next('puback')).toMatchObject({ messageId: 1 })
  })
})

describe('a session that fetches nothing', () => {
  for (const { name, limits, payload } of [
    { name: 'queue_messages', limits: { queue_messages: 5 }, payload: 'x' },
    // Five of 1,000 bytes with their topics.
    { name: 'queue_bytes', limits: { queue_bytes: 5000 }, payload: 'x'.repeat(1000 - `${OWN}/a`.length - 2) },
  ] as const) {
    test(`keeps as many messages as limits.${name} allows, and loses the oldest to one more, which is told once`, async () => {
      await using hub = await startTestHub({ settings: { limits } })
      const told = listenTo(hub, 'message.dropped')
      const device = await hub.enrol('device-001')
      await subscribedAndGone(hub, device)
      const backend = await hub.connect(await hub.enrolService('backend', ['#']))
      for (let number = 0; number < 5; number++)
        await backend.publishAsync(`${OWN}/a`, `${number} ${payload}`, { qos: 1 })
      expect(told).toEqual([])
      for (let number = 5; number < 8; number++)
        await backend.publishAsync(`${OWN}/a`, `${number} ${payload}`, { qos: 1 })

      expect(told).toEqual([{ reason: name, clientId: 'device-001', count: 1 }])
      const lines = hub.log.lines.filter(({ msg }) => msg === 'Messages were lost to a bound')
      expect(lines).toMatchObject([{ level: 'warn', reason: name, clientId: 'device-001', count: 1 }])
      expect(await fetchAll(hub, device, 5)).toEqual([3, 4, 5, 6, 7])
    })
  }
})

test('as many topics are retained as limits.retained_messages, one more is delivered and told as lost', async () => {
  await using hub = await startTestHub({ settings: { limits: { retained_messages: 2 } } })
  const told = listenTo(hub, 'message.dropped')
  const backend = await hub.connect(await hub.enrolService('backend', ['#']))
  await backend.subscribeAsync('c', { qos: 1 })
  const delivered = nextMessage(backend)
  for (const topic of ['a', 'b']) await backend.publishAsync(topic, 'x', { qos: 1, retain: true })
  expect(told).toEqual([])
  await backend.publishAsync('c', 'x', { qos: 1, retain: true })
  expect(await delivered).toMatchObject({ topic: 'c' })
  const { clientId } = backend.options
  expect(told).toEqual([{ reason: 'retained_messages', clientId, count: 1 }])
})

describe('levels of a topic', () => {
  // users/default/devices/device-001 are four.
  const settings = { limits: { topic_levels: 6 } }

  test('as many as limits.topic_levels are published and subscribed to, one more ends the connection', async () => {
    await using hub = await startTestHub({ settings })
    const device = await hub.enrol('device-001')
    using client = await connected(hub, device, 'device-001')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/5/6`, qos: 0 }] })
    expect(await client.next('suback')).toMatchObject({ granted: [0] })
    client.send(publish({ topic: `${OWN}/5/6` }))
    expect(await client.next('publish')).toMatchObject({ topic: `${OWN}/5/6` })
    client.send(publish({ topic: `${OWN}/5/6/7` }))
    await client.closed
    using other = await connected(hub, device, 'device-001')
    other.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/5/6/7`, qos: 0 }] })
    await other.closed
    expect(await hub.refusals()).toMatchObject([
      { cause: 'packet_invalid', count: 2, presented: { error: 'topic has too many levels' } },
    ])
  })

  test('as many as limits.topic_levels are in a will that is published, one more in one that is not', async () => {
    await using hub = await startTestHub({ settings })
    const device = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['#']))
    await backend.subscribeAsync('#', { qos: 0 })
    const arrived = collect(backend, 1)
    for (const topic of [`${OWN}/5/6/7`, `${OWN}/5/6`]) {
      using client = await openRawClient(hub, device)
      const will = { topic, payload: Buffer.from('gone'), qos: 0, retain: false } as const
      client.send(connectPacket({ clientId: 'device-001', will }))
      await client.next('connack')
      client.socket.destroy()
      await client.closed
    }
    expect(await arrived).toMatchObject([{ topic: `${OWN}/5/6` }])
  })
})

test('as many subscriptions as limits.subscriptions are granted, one more is refused and named', async () => {
  await using hub = await startTestHub({ settings: { limits: { subscriptions: 2 } } })
  using client = await connected(hub, await hub.enrol('device-001'), 'device-001')
  const subscriptions = ['a', 'b', 'c'].map((name) => ({ topic: `${OWN}/${name}`, qos: 1 as const }))
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
  expect(await client.next('suback')).toMatchObject({ granted: [1, 1, 128] })
  expect(await hub.refusals()).toMatchObject([{ cause: 'subscriptions_over_limit', presented: { topic: `${OWN}/c` } }])
})

test('a device that speaks MQTT 5 is counted for itself, and one line says what to set', async () => {
  await using hub = await startTestHub()
  for (const id of ['device-001', 'device-001', 'device-002']) {
    using client = await openRawClient(hub, await hub.enrol(id))
    client.send(connectPacket({ clientId: id, protocolVersion: 5 }))
    await client.closed
  }
  const refusals = await hub.refusals()
  expect(refusals.map(({ cause, count, presented }) => [cause, count, presented?.['identity']])).toEqual([
    ['protocol_version_unsupported', 1, 'device:device-002'],
    ['protocol_version_unsupported', 2, 'device:device-001'],
  ])
  const lines = hub.log.lines.filter(({ cause, level }) => cause === 'protocol_version_unsupported' && level === 'warn')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatchObject({ msg: 'Refused', mend: expect.stringContaining('protocolVersion 4') })
})

test('a client on the hub’s own machine may come and go as often as it likes', async () => {
  await using hub = await startTestHub({ settings: { limits: { flapping_connects: 2 } } })
  const device = await hub.enrol('device-001')
  for (let round = 0; round < 5; round++) {
    using client = await connected(hub, device, 'device-001')
    client.socket.destroy()
    await client.closed
  }
  expect(await hub.refusals()).toEqual([])
})

function listenTo(hub: TestHub, type: HubEventType): readonly unknown[] {
  const told: unknown[] = []
  hub.hub.events.subscribe(type, (event) => void told.push(event))
  return told
}

function publish(packet: Partial<IPublishPacket> = {}): IPublishPacket {
  return { cmd: 'publish', topic: `${OWN}/a`, payload: 'x', qos: 0, retain: false, dup: false, ...packet }
}

async function connected(hub: TestHub, enrolled: Enrolled, clientId: string, clean = true): Promise<RawClient> {
  const client = await openRawClient(hub, enrolled)
  client.send(connectPacket({ clientId, clean }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  return client
}

/** Leaves a session that is kept, with all of the device's topics. */
async function subscribedAndGone(hub: TestHub, device: Enrolled): Promise<void> {
  using client = await connected(hub, device, device.id, false)
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/#`, qos: 1 }] })
  await client.next('suback')
  client.send({ cmd: 'disconnect' })
  await client.closed
}

/** Comes back for what has waited; the numbers its messages begin with. */
async function fetchAll(hub: TestHub, device: Enrolled, count: number): Promise<readonly number[]> {
  const client = await openRawClient(hub, device)
  const numbers: number[] = []
  const all = new Promise<void>((resolve) =>
    client.socket.on('packet', (packet) => {
      if (packet.cmd !== 'publish') return
      numbers.push(Number.parseInt(packet.payload.toString(), 10))
      client.send({ cmd: 'puback', messageId: packet.messageId })
      if (numbers.length === count) resolve()
    }),
  )
  client.send(connectPacket({ clientId: device.id, clean: false }))
  await all
  // Answered when what came before it, the last acknowledgement, is done.
  client.send({ cmd: 'pingreq' })
  await client.next('pingresp')
  client.send({ cmd: 'disconnect' })
  await client.closed
  return numbers
}

function collect(client: MqttClient, count: number): Promise<readonly { topic: string; payload: string }[]> {
  const messages: { topic: string; payload: string }[] = []
  return new Promise((resolve) =>
    client.on('message', (topic, payload) => {
      messages.push({ topic, payload: payload.toString() })
      if (messages.length === count) resolve(messages)
    }),
  )
}
