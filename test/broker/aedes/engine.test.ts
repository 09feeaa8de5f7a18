import type { IPublishPacket, ISubscribePacket, QoS } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { createParty } from '../parties.ts'
import { allowing, OWN, openServedEngine, type ServedClient } from './served-engine.ts'

const DEVICE = createParty('device-001')
const OTHERS = 'users/test-user/devices/device-002'

describe('a session', () => {
  test('begins with CONNACK 0', async () => {
    await using engine = await openServedEngine()
    const client = await engine.connect(DEVICE)
    expect(client.connack).toMatchObject({ returnCode: 0, sessionPresent: false })
  })

  test('of MQTT 3.1 begins too, under an id longer than 3.1 allowed', async () => {
    await using engine = await openServedEngine()
    const clientId = `device-001:${'x'.repeat(40)}`
    const client = await engine.connect(DEVICE, { protocolId: 'MQIsdp', protocolVersion: 3, clientId })
    expect(client.connack).toMatchObject({ returnCode: 0 })
  })

  test('is under the id that was decided, not the one in the packet', async () => {
    await using engine = await openServedEngine()
    const first = engine.say(DEVICE, { clientId: '' })
    first.connection.open({ ...sessionOf(first), clientId: 'device-001:assigned' })
    await first.next('connack')
    const second = await engine.connect(DEVICE, { clientId: 'device-001:assigned' })
    expect(second.connack).toMatchObject({ returnCode: 0 })
    await first.closed
  })

  test('of a connection that was cut meanwhile does not begin', async () => {
    await using engine = await openServedEngine()
    const client = engine.say(DEVICE)
    await client.connection.cut('certificate revoked: unspecified')
    expect(await client.next('connack')).toBeUndefined()
  })

  test('ends when its client sends a second CONNECT', async () => {
    await using engine = await openServedEngine()
    const client = await engine.connect(DEVICE)
    client.send({ cmd: 'connect', clientId: 'device-001', keepalive: 60 })
    await client.closed
    expect(engine.recorder.causes).toEqual(['packet_invalid'])
  })

  test('ends when its client leaves, and nothing is told', async () => {
    await using engine = await openServedEngine()
    const client = await engine.connect(DEVICE)
    client.send({ cmd: 'disconnect' })
    await client.closed
    expect(engine.recorder.refusals).toEqual([])
  })
})

describe('what is piped behind CONNECT', () => {
  test('is done', async () => {
    await using engine = await openServedEngine()
    const client = engine.say(DEVICE, {}, Buffer.concat([Buffer.from([0xc0, 0]), Buffer.from([0xc0, 0])]))
    await client.next('pingresp')
    expect(await client.next('pingresp')).toBeDefined()
  })

  // Trap 9
  test('may be 1,500 messages of QoS 2, none of them released yet', async () => {
    await using engine = await openServedEngine()
    const client = await engine.connect(DEVICE)
    const ids = Array.from({ length: 1500 }, (_, index) => index + 1)
    client.send(...ids.map((messageId) => publish(`${OWN}/a`, { qos: 2, messageId })))
    for (const messageId of ids) expect(await client.next('pubrec')).toMatchObject({ messageId })
    client.send(...ids.map((messageId) => ({ cmd: 'pubrel', messageId }) as const))
    for (const messageId of ids) expect(await client.next('pubcomp')).toMatchObject({ messageId })
    expect(client.connection.socket.destroyed).toBe(false)
  })
})

describe('a publish', () => {
  for (const { qos, acknowledged } of [
    { qos: 0, acknowledged: [] },
    { qos: 1, acknowledged: ['puback'] },
    { qos: 2, acknowledged: ['pubrec', 'pubcomp'] },
  ] as const) {
    for (const { name, topic, delivered } of [
      { name: 'under the policy is delivered', topic: `${OWN}/a`, delivered: true },
      { name: 'outside the policy is dropped', topic: `${OTHERS}/a`, delivered: false },
    ]) {
      test(`of QoS ${qos} ${name}, acknowledged, and keeps the session`, async () => {
        await using engine = await openServedEngine()
        const backend = await subscribed(await engine.connectBackend(), '#', 2)
        const client = await engine.connect(DEVICE)
        client.send(publish(topic, { qos, messageId: 7 }))
        for (const command of acknowledged) {
          expect(await client.next(command)).toMatchObject({ messageId: 7 })
          if (command === 'pubrec') client.send({ cmd: 'pubrel', messageId: 7 })
        }
        client.send(publish(`${OWN}/after`, { qos, messageId: 8 }))
        expect(await topicsUntil(backend, `${OWN}/after`)).toEqual(delivered ? [topic] : [])
        expect(engine.recorder.causes).toEqual(delivered ? [] : ['publish_denied'])
      })
    }
  }

  test('outside the policy is not retained', async () => {
    await using engine = await openServedEngine()
    const client = await engine.connect(DEVICE)
    await taken(client, `${OTHERS}/a`, 'x', true)
    await taken(client, `${OWN}/a`, 'x', true)
    const backend = await subscribed(await engine.connectBackend(), '#')
    expect(await backend.next('publish')).toMatchObject({ topic: `${OWN}/a`, retain: true })
    expect(topicsOf(backend)).toEqual([`${OWN}/a`])
  })

  test('of a connection that was cut reaches nobody', async () => {
    await using engine = await openServedEngine()
    const backend = await subscribed(await engine.connectBackend(), '#')
    const client = await engine.connect(DEVICE)
    client.send(publish(`${OWN}/a`))
    const cut = client.connection.cut('certificate revoked: unspecified')
    await cut
    const other = await engine.connect(createParty('device-002'))
    other.send(publish(`${OTHERS}/after`))
    expect(await topicsUntil(backend, `${OTHERS}/after`)).toEqual([])
  })
})

describe('a subscription', () => {
  test('outside the policy is answered with 0x80 and told, and the session goes on', async () => {
    await using engine = await openServedEngine()
    const client = await engine.connect(DEVICE)
    client.send(subscribe(1, `${OTHERS}/#`, '#', '$SYS/#', `$share/g/${OWN}/#`))
    expect(await client.next('suback')).toMatchObject({ messageId: 1, granted: [128, 128, 128, 128] })
    client.send({ cmd: 'pingreq' })
    expect(await client.next('pingresp')).toBeDefined()
    expect(engine.recorder.causes).toEqual(Array(4).fill('subscribe_denied'))
  })

  // Trap 3
  test('that was refused beside one that was granted is never delivered, not after a reconnect either', async () => {
    await using engine = await openServedEngine()
    const first = await engine.connect(DEVICE, { clean: false })
    first.send(subscribe(1, `${OWN}/a`, `${OTHERS}/#`, `${OWN}/b`))
    expect(await first.next('suback')).toMatchObject({ granted: [1, 128, 1] })
    first.send({ cmd: 'disconnect' })
    await first.closed

    // A policy that would let them through shows what was stored.
    engine.setPolicies('device-001', allowing('#'))
    const backend = await engine.connectBackend()
    for (const topic of [`${OTHERS}/x`, `${OWN}/a`, `${OWN}/b`]) await taken(backend, topic)
    const second = await engine.connect(DEVICE, { clean: false })
    expect(second.connack).toMatchObject({ sessionPresent: true })
    // What is published while the queue is handed over may arrive before its end.
    await second.next('publish')
    await second.next('publish')
    await taken(backend, `${OTHERS}/y`)
    await taken(backend, `${OWN}/a`, 'end')
    await arrival(second, 'end')
    expect(topicsOf(second)).toEqual([`${OWN}/a`, `${OWN}/b`, `${OWN}/a`])
  })

  test('whose right was taken away is not restored with its session, and what waited is not delivered', async () => {
    await using engine = await openServedEngine()
    engine.setPolicies('device-001', allowing('shared/#', `${OWN}/#`))
    const first = await engine.connect(DEVICE, { clean: false })
    first.send(subscribe(1, 'shared/#', `${OWN}/#`))
    await first.next('suback')
    first.send({ cmd: 'disconnect' })
    await first.closed
    const backend = await engine.connectBackend()
    await taken(backend, 'shared/a')
    await taken(backend, `${OWN}/a`)
    engine.setPolicies('device-001', allowing(`${OWN}/#`))
    const second = await engine.connect(DEVICE, { clean: false })
    await second.next('publish')
    await taken(backend, 'shared/b')
    await taken(backend, `${OWN}/b`)
    await second.next('publish')
    expect(topicsOf(second)).toEqual([`${OWN}/a`, `${OWN}/b`])
  })

  test('whose right is taken away while it lives is not delivered any more', async () => {
    await using engine = await openServedEngine()
    engine.setPolicies('device-001', allowing('shared/#', `${OWN}/#`))
    const client = await subscribed(await engine.connect(DEVICE), 'shared/#')
    client.send(subscribe(2, `${OWN}/#`))
    await client.next('suback')
    const backend = await engine.connectBackend()
    await taken(backend, 'shared/a')
    await client.next('publish')
    engine.setPolicies('device-001', allowing(`${OWN}/#`))
    await taken(backend, 'shared/b')
    await taken(backend, `${OWN}/a`)
    await client.next('publish')
    expect(topicsOf(client)).toEqual(['shared/a', `${OWN}/a`])
  })

  test('of a part that is denied is granted, and the part is not delivered', async () => {
    await using engine = await openServedEngine()
    const { rules, ...policy } = allowing(`${OWN}/#`)
    const secret = { effect: 'deny', actions: ['subscribe'], topicFilter: `${OWN}/secret` } as const
    engine.setPolicies('device-001', { ...policy, rules: [...rules, secret] })
    const client = await subscribed(await engine.connect(DEVICE), `${OWN}/#`)
    const backend = await engine.connectBackend()
    await taken(backend, `${OWN}/secret`)
    await taken(backend, `${OWN}/open`)
    await client.next('publish')
    expect(topicsOf(client)).toEqual([`${OWN}/open`])
  })

  test('to more levels than the limit ends the connection', async () => {
    await using engine = await openServedEngine({ topicLevels: 5 })
    const client = await engine.connect(DEVICE)
    client.send(subscribe(1, `${OWN}/a/b`))
    await client.closed
    expect(engine.recorder.refusals).toMatchObject([
      { cause: 'packet_invalid', presented: { error: 'topic has too many levels' } },
    ])
  })
})

describe('a will', () => {
  for (const { name, end, topics } of [
    { name: 'is published when its client vanishes', end: (client) => client.socket.destroy(), topics: ['will'] },
    { name: 'is published when its client breaks the protocol', end: (client) => client.send(BAD), topics: ['will'] },
    { name: 'is not published when its client takes its leave', end: (client) => client.send(LEAVE), topics: [] },
    {
      name: 'is not published when its connection is cut',
      end: ({ connection }) => connection.cut('banned'),
      topics: [],
    },
  ] satisfies readonly { name: string; end: (client: ServedClient) => unknown; topics: readonly string[] }[]) {
    test(name, async () => {
      await using engine = await openServedEngine()
      const backend = await subscribed(await engine.connectBackend(), '#')
      const client = await engine.connect(DEVICE, { will: willTo(`${OWN}/will`) })
      end(client)
      await client.connection.closed
      await taken(backend, 'end')
      expect(await topicsUntil(backend, 'end')).toEqual(topics.map((topic) => `${OWN}/${topic}`))
    })
  }

  test('outside the policy is told at CONNECT, which is accepted, and is never published', async () => {
    await using engine = await openServedEngine()
    const backend = await subscribed(await engine.connectBackend(), '#')
    const client = await engine.connect(DEVICE, { will: willTo(`${OTHERS}/will`) })
    expect(client.connack).toMatchObject({ returnCode: 0 })
    expect(engine.recorder.causes).toEqual(['will_denied'])
    client.socket.destroy()
    await client.connection.closed
    await taken(backend, 'end')
    expect(await topicsUntil(backend, 'end')).toEqual([])
  })

  test('of a session that is taken over is published, as the network connection was closed by the server', async () => {
    await using engine = await openServedEngine()
    const backend = await subscribed(await engine.connectBackend(), '#')
    const first = await engine.connect(DEVICE, { will: willTo(`${OWN}/will`) })
    await engine.connect(DEVICE)
    await first.closed
    expect(await backend.next('publish')).toMatchObject({ topic: `${OWN}/will` })
  })

  test('stays unsaid when the hub stops', async () => {
    const engine = await openServedEngine()
    const backend = await subscribed(await engine.connectBackend(), '#')
    const client = await engine.connect(DEVICE, { will: willTo(`${OWN}/will`) })
    await engine.close()
    await Promise.all([backend.closed, client.closed])
    expect(topicsOf(backend)).toEqual([])
  })
})

describe('where expired sessions are dropped', () => {
  for (const { name, sessionSeconds, isPresent } of [
    { name: 'a session that nobody came back to in time is dropped', sessionSeconds: -1, isPresent: false },
    { name: 'a session that may still be fetched is kept', sessionSeconds: 3600, isPresent: true },
  ]) {
    test(name, async () => {
      await using engine = await openServedEngine({ sessionSeconds })
      const first = await engine.connect(DEVICE, { clean: false })
      first.send(LEAVE)
      await first.connection.closed
      await engine.settled()
      engine.dropExpired()
      expect((await engine.connect(DEVICE, { clean: false })).connack).toMatchObject({ sessionPresent: isPresent })
    })
  }
})

describe('a client that sends more than its device may', () => {
  test('is read more slowly: nothing is lost, all is acknowledged, and its connection stays', async () => {
    await using engine = await openServedEngine({ messagesPerSecond: 50 })
    const client = await engine.connect(DEVICE)
    const messages = Array.from({ length: 60 }, (_, index) =>
      publish(`${OWN}/a`, { qos: 1, messageId: index + 1, payload: 'x' }),
    )
    client.send(...messages, { cmd: 'pingreq' })
    await client.next('pingresp')
    expect(client.received.filter(({ cmd }) => cmd === 'puback')).toHaveLength(60)
    expect(engine.reports.totals().messages_per_second).toBeGreaterThan(0)
  })

  test('is not taken for silent while we do not read', async () => {
    await using engine = await openServedEngine({ bytesPerSecond: 1000 })
    // Its keep-alive ends after 1.5 seconds; its message takes 3.
    const client = await engine.connect(DEVICE, { keepalive: 1 })
    client.send(publish(`${OWN}/a`, { qos: 1, messageId: 1, payload: Buffer.alloc(4000) }))
    expect(await client.next('puback')).toMatchObject({ messageId: 1 })
  })
})

describe('a packet over the limit', () => {
  test('closes its connection at the header, and is told', async () => {
    await using engine = await openServedEngine({ packetBytes: 1000 })
    const client = await engine.connect(DEVICE)
    client.send(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))
    await client.closed
    expect(engine.recorder.refusals).toMatchObject([
      { cause: 'packet_too_large', presented: { identity: 'device:device-001', clientId: 'device-001' } },
    ])
  })

  test('of the limit is taken', async () => {
    await using engine = await openServedEngine({ packetBytes: 1000 })
    const client = await engine.connect(DEVICE)
    const payload = Buffer.alloc(1000 - 3 - 2 - `${OWN}/a`.length - 2)
    client.send(publish(`${OWN}/a`, { qos: 1, messageId: 1, payload }))
    expect(await client.next('puback')).toBeDefined()
  })

  test('that is none closes its connection, and is told', async () => {
    await using engine = await openServedEngine()
    const client = await engine.connect(DEVICE)
    client.send(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]))
    await client.closed
    expect(engine.recorder.causes).toEqual(['packet_invalid'])
  })
})

describe('a client id', () => {
  test('that is taken over leaves the newer connection registered', async () => {
    await using engine = await openServedEngine()
    const first = await engine.connect(DEVICE)
    const second = await subscribed(await engine.connect(DEVICE), `${OWN}/#`)
    await first.closed
    const third = await engine.connect(DEVICE)
    await second.closed
    third.send({ cmd: 'pingreq' })
    expect(await third.next('pingresp')).toBeDefined()
  })

  // Between its authentication and its registration Aedes restores the subscriptions, which takes turns of the event loop.
  for (const turns of [0, 1, 2, 3, 4, 5, 6]) {
    test(`is not lost when a second CONNECT of it is cut after ${turns} turns of the event loop`, async () => {
      await using engine = await openServedEngine()
      const first = await subscribed(await engine.connect(DEVICE, { clean: false }), `${OWN}/#`)
      const second = engine.say(DEVICE, { clean: false })
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
      await second.connection.cut('certificate revoked: unspecified')
      // Only a connection that is registered is closed by the next.
      const third = await engine.connect(DEVICE)
      expect(third.connack).toMatchObject({ returnCode: 0 })
      await first.closed
    })
  }
})

describe('forgetting a session', () => {
  test('leaves no subscription, no queue and no half-received message', async () => {
    await using engine = await openServedEngine()
    const first = await engine.connect(DEVICE, { clean: false })
    first.send(subscribe(1, `${OWN}/#`))
    await first.next('suback')
    first.send(publish(`${OWN}/half`, { qos: 2, messageId: 9 }))
    await first.next('pubrec')
    await first.next('publish')
    first.send({ cmd: 'disconnect' })
    await first.closed
    const backend = await subscribed(await engine.connectBackend(), `${OWN}/half`)
    for (const text of ['1', '2', '3']) await taken(backend, `${OWN}/a`, text)

    await engine.forgetSession('device-001')

    await taken(backend, `${OWN}/a`, '4')
    const second = await engine.connect(DEVICE, { clean: false })
    expect(second.connack).toMatchObject({ sessionPresent: false })
    // Repeated under the same packet identifier, it is a new message: the old one is not known any more.
    second.send(publish(`${OWN}/half`, { qos: 2, messageId: 9 }))
    await second.next('pubrec')
    expect(await backend.next('publish')).toMatchObject({ topic: `${OWN}/half` })
    expect(topicsOf(second)).toEqual([])
  })

  test('of nobody is no failure', async () => {
    await using engine = await openServedEngine()
    await engine.forgetSession('nobody')
  })
})

describe('forgetting retained messages', () => {
  test('forgets those that the filter matches, and no others', async () => {
    await using engine = await openServedEngine()
    const backend = await engine.connectBackend()
    for (const topic of [`${OWN}`, `${OWN}/a`, `${OWN}/b/c`, `${OTHERS}/a`]) {
      await taken(backend, topic, 'kept', true)
    }
    await engine.forgetRetained(`${OWN}/#`)
    await taken(backend, 'z', 'end', true)
    await subscribed(backend, '#')
    await arrival(backend, 'end')
    expect(topicsOf(backend)).toEqual([`${OTHERS}/a`, 'z'])
  })
})

test('an engine that is closed has closed its clients', async () => {
  const engine = await openServedEngine()
  const clients = [await engine.connect(DEVICE), await engine.connectBackend()]
  await engine.close()
  await Promise.all(clients.map(({ closed }) => closed))
})

const LEAVE = { cmd: 'disconnect' } as const
const BAD = Buffer.from([0xf0, 0])

function willTo(topic: string) {
  return { topic, payload: Buffer.from('gone'), qos: 0, retain: false } as const
}

function publish(topic: string, packet: Partial<IPublishPacket> = {}): IPublishPacket {
  const { qos = 0 } = packet
  const { messageId, ...rest } = packet
  const id = qos > 0 && messageId !== undefined ? { messageId } : {}
  return { cmd: 'publish', topic, payload: 'x', qos, retain: false, dup: false, ...rest, ...id }
}

function subscribe(messageId: number, ...topics: readonly string[]): ISubscribePacket {
  return { cmd: 'subscribe', messageId, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) }
}

async function subscribed<Subscriber extends ServedClient>(
  client: Subscriber,
  topic: string,
  qos: QoS = 0,
): Promise<Subscriber> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  expect(await client.next('suback')).toMatchObject({ granted: [qos] })
  return client
}

/** Publishes with QoS 2: PUBREC follows when the message is stored and on its way, which PUBACK does not wait for (trap 1). */
async function taken(client: ServedClient, topic: string, payload = 'x', retain = false): Promise<void> {
  client.send(publish(topic, { qos: 2, messageId: 1, payload, retain }))
  expect(await client.next('pubrec')).toBeDefined()
  client.send({ cmd: 'pubrel', messageId: 1 })
  expect(await client.next('pubcomp')).toBeDefined()
}

async function arrival(client: ServedClient, payload: string): Promise<void> {
  for (;;) {
    const packet = await client.next('publish')
    if (!packet || packet.payload.toString() === payload) return
  }
}

/** What a client received before this topic. */
async function topicsUntil(client: ServedClient, last: string): Promise<readonly string[]> {
  for (;;) {
    const packet = await client.next('publish')
    if (!packet || packet.topic === last) return topicsOf(client).slice(0, -1)
  }
}

function topicsOf({ received }: ServedClient): readonly string[] {
  return received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []))
}

function sessionOf({ connection }: ServedClient) {
  if (!connection.session) throw new Error('The session has not begun')
  return connection.session
}
