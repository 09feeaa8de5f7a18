import type { IPublishPacket, QoS } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { createParty } from '../parties.ts'
import { OWN, openServedEngine, type ServedClient } from './served-engine.ts'

const DEVICE = createParty('device-001')
const KEPT = { clean: false } as const

describe('a session that is kept', () => {
  // Trap 6
  test('is told as present when its client returns, without any subscription too', async () => {
    await using engine = await openServedEngine()
    const first = await engine.connect(DEVICE, KEPT)
    expect(first.connack).toMatchObject({ sessionPresent: false })
    await left(first)
    expect((await engine.connect(DEVICE, KEPT)).connack).toMatchObject({ sessionPresent: true })
    expect((await engine.connect(DEVICE)).connack).toMatchObject({ sessionPresent: false })
    expect((await engine.connect(DEVICE, KEPT)).connack).toMatchObject({ sessionPresent: false })
  })

  test('gets what came while it was away, in order, after the end of the process too', async () => {
    const { stores } = await openServedEngine()
    {
      const engine = await openServedEngine({ stores })
      const client = await subscribed(await engine.connect(DEVICE, KEPT), 1)
      await left(client)
      const backend = await engine.connectBackend()
      for (const payload of ['1', '2', '3']) await taken(backend, publish({ payload }))
    }
    await using next = await openServedEngine({ stores })
    const client = await next.connect(DEVICE, KEPT)
    expect(client.connack).toMatchObject({ sessionPresent: true })
    for (const payload of ['1', '2', '3'])
      expect(await client.next('publish')).toMatchObject({ payload: Buffer.from(payload), qos: 1 })
  })

  test('gets nothing more of what it unsubscribed from', async () => {
    await using engine = await openServedEngine()
    const client = await subscribed(await engine.connect(DEVICE, KEPT), 1)
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [`${OWN}/#`] })
    await client.next('unsuback')
    await left(client)
    const again = await engine.connect(DEVICE, KEPT)
    const backend = await engine.connectBackend()
    await taken(backend, publish())
    again.send({ cmd: 'pingreq' })
    await again.next('pingresp')
    expect(again.received.filter(({ cmd }) => cmd === 'publish')).toEqual([])
  })

  // Trap 7
  test('takes a retained message of QoS 2 through its whole handshake', async () => {
    await using engine = await openServedEngine()
    const backend = await engine.connectBackend()
    await taken(backend, publish({ retain: true }))
    const client = await subscribed(await engine.connect(DEVICE, KEPT), 2)
    const message = await client.next('publish')
    expect(message).toMatchObject({ qos: 1, retain: true, messageId: 1 })
    await receivedOnce(backend, publish({ qos: 2, retain: true, messageId: 9 }))
    const live = await client.next('publish')
    expect(live).toMatchObject({ qos: 2, retain: false })
    client.send({ cmd: 'pubrec', messageId: live?.messageId ?? 0 })
    expect(await client.next('pubrel')).toMatchObject({ messageId: live?.messageId })
    client.send({ cmd: 'pubcomp', messageId: live?.messageId ?? 0 }, { cmd: 'puback', messageId: 1 })
    await left(client)
    const again = await engine.connect(DEVICE, KEPT)
    await subscribed(again, 2)
    expect(await again.next('publish')).toMatchObject({ qos: 2, retain: true, dup: false })
  })

  test('holds no more than limits.subscriptions, and may change those it holds', async () => {
    await using engine = await openServedEngine({ subscriptions: 2 })
    const client = await engine.connect(DEVICE, KEPT)
    const subscriptions = ['a', 'b', 'c'].map((name) => ({ topic: `${OWN}/${name}`, qos: 1 as QoS }))
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    expect(await client.next('suback')).toMatchObject({ granted: [1, 1, 128] })
    client.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: `${OWN}/a`, qos: 0 }] })
    expect(await client.next('suback')).toMatchObject({ granted: [0] })
    expect(engine.recorder.causes).toEqual(['subscriptions_over_limit'])
  })
})

describe('a QoS 2 message', () => {
  test('that comes twice in one write, and again later, is delivered once until it is released', async () => {
    await using engine = await openServedEngine()
    const backend = await engine.connectBackend()
    const client = await subscribed(await engine.connect(DEVICE, KEPT), 1)
    const message = publish({ qos: 2, messageId: 7, payload: 'once' })
    backend.send(message, message)
    await backend.next('pubrec')
    await backend.next('pubrec')
    backend.send({ ...message, dup: true })
    await backend.next('pubrec')
    backend.send({ cmd: 'pubrel', messageId: 7 })
    await backend.next('pubcomp')
    await receivedOnce(backend, publish({ qos: 2, messageId: 7, payload: 'another' }))
    expect(await client.next('publish')).toMatchObject({ payload: Buffer.from('once') })
    expect(await client.next('publish')).toMatchObject({ payload: Buffer.from('another') })
  })

  test('is known by its identifier after the end of the process', async () => {
    const { stores } = await openServedEngine()
    const message = publish({ qos: 2, messageId: 7 })
    {
      const engine = await openServedEngine({ stores })
      await left(await subscribed(await engine.connect(DEVICE, KEPT), 1))
      const backend = await engine.connectBackend(false)
      backend.send(message)
      await backend.next('pubrec')
    }
    await using next = await openServedEngine({ stores })
    const backend = await next.connectBackend(false)
    await receivedOnce(backend, { ...message, dup: true })
    const client = await next.connect(DEVICE, KEPT)
    await taken(backend, publish({ payload: 'after' }))
    await client.next('publish')
    expect(await client.next('publish')).toMatchObject({ payload: Buffer.from('after') })
  })
})

describe('a full store', () => {
  for (const qos of [1, 2] as const) {
    test(`closes who publishes QoS ${qos} to it, unacknowledged, for which the client does not answer`, async () => {
      await using engine = await openServedEngine()
      const away = await subscribed(await engine.connect(DEVICE, KEPT), 1)
      await left(away)
      const backend = await engine.connectBackend()
      const other = await engine.connectBackend(true, 'other')
      engine.room.isFull = true
      backend.send(publish({ qos }))
      await backend.closed
      expect(backend.received.filter(({ cmd }) => cmd !== 'connack')).toEqual([])
      expect(backend.connection.isLost).toBe(false)
      expect(engine.recorder.refusals).toMatchObject([
        { cause: 'store_full', presented: { identity: 'service:backend', clientId: 'backend' } },
      ])
      expect(engine.reports.totals()).toMatchObject({ store_bytes: 1 })

      // Whoever has nothing to store is served, and the queue may be fetched.
      other.send(publish({ topic: 'nobody', messageId: 2 }))
      expect(await other.next('puback')).toMatchObject({ messageId: 2 })
      expect((await engine.connect(DEVICE, KEPT)).connack).toMatchObject({ returnCode: 0, sessionPresent: true })
      engine.room.isFull = false
      await taken(other, publish())
    })
  }

  test('takes no new session that is kept, with CONNACK 3, and one that is not', async () => {
    await using engine = await openServedEngine()
    engine.room.isFull = true
    const refused = await engine.connect(DEVICE, KEPT)
    expect(refused.connack).toMatchObject({ returnCode: 3 })
    await refused.connection.closed
    expect([engine.recorder.causes, refused.connection.isLost]).toEqual([['store_full'], false])
    expect((await engine.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
  })
})

describe('what cannot be kept', () => {
  for (const { name, packet } of [
    { name: 'a QoS 1 message', packet: publish() },
    { name: 'a QoS 2 message', packet: publish({ qos: 2 }) },
    { name: 'a retained message', packet: publish({ retain: true, topic: `${OWN}/nobody` }) },
  ]) {
    test(`is not acknowledged: ${name}`, async () => {
      await using engine = await openServedEngine()
      await left(await subscribed(await engine.connect(DEVICE, KEPT), 1))
      const backend = await engine.connectBackend()
      await engine.fillDisk()
      backend.send(packet)
      await backend.closed
      expect(backend.received.filter(({ cmd }) => cmd !== 'connack')).toEqual([])
      expect(backend.connection.disconnectReason).toBe('internal_error')

      await engine.makeRoom()
      await taken(await engine.connectBackend(), publish())
    })
  }

  test('is no session: CONNACK 3', async () => {
    await using engine = await openServedEngine()
    await engine.connect(DEVICE)
    await engine.fillDisk()
    expect((await engine.connect(DEVICE, KEPT)).connack).toMatchObject({ returnCode: 3 })
  })

  test('is no subscription', async () => {
    await using engine = await openServedEngine()
    const client = await engine.connect(DEVICE, KEPT)
    await engine.fillDisk()
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/#`, qos: 1 }] })
    expect(await client.next('suback')).toBeUndefined()
  })

  test('is no will: its client is not let in', async () => {
    await using engine = await openServedEngine()
    await engine.connect(createParty('device-002'))
    await engine.fillDisk()
    const will = { topic: `${OWN}/will`, payload: Buffer.from('x'), qos: 1, retain: false } as const
    expect((await engine.connect(DEVICE, { will })).connack).toBeUndefined()
  })

  test('frees no packet identifier: PUBREL is not answered', async () => {
    await using engine = await openServedEngine()
    const backend = await engine.connectBackend(false)
    await left(await subscribed(await engine.connect(DEVICE, KEPT), 1))
    backend.send(publish({ qos: 2, messageId: 7 }))
    await backend.next('pubrec')
    engine.stores.database.sqlite.exec(
      `create trigger full before delete on incoming begin select raise(abort, 'full'); end`,
    )
    backend.send({ cmd: 'pubrel', messageId: 7 })
    expect(await backend.next('pubcomp')).toBeUndefined()
    engine.stores.database.sqlite.exec('drop trigger full')
  })
})

describe('a will', () => {
  const will = { topic: `${OWN}/will`, payload: Buffer.from('gone'), qos: 1, retain: false } as const

  test('is published once by the next process when the last was killed', async () => {
    const { stores } = await openServedEngine()
    {
      const engine = await openServedEngine({ stores })
      await left(await subscribed(await engine.connect(createParty('device-001'), KEPT), 1))
      await engine.connect(DEVICE, { clientId: 'device-001:two', will })
    }
    await using next = await openServedEngine({ stores })
    const client = await next.connect(DEVICE, KEPT)
    expect(await client.next('publish')).toMatchObject({ topic: will.topic })
    expect(stores.wills.list()).toEqual([])
  })

  test('of a later connection stays when the one before it ends', async () => {
    await using engine = await openServedEngine()
    const first = await engine.connect(DEVICE, { will })
    await engine.connect(DEVICE, { will: { ...will, payload: Buffer.from('later') } })
    await first.closed
    expect(engine.stores.wills.list().map(({ packet }) => packet.payload.toString())).toEqual(['later'])
  })

  test('of a client that takes its leave is forgotten', async () => {
    await using engine = await openServedEngine()
    await left(await engine.connect(DEVICE, { will }))
    await engine.forgetSession('device-001')
    expect(engine.stores.wills.list()).toEqual([])
  })

  test('with more levels than limits.topic_levels is not published', async () => {
    await using engine = await openServedEngine({ topicLevels: 6 })
    const backend = await subscribed(await engine.connectBackend(), 1, '#')
    const client = await engine.connect(DEVICE, { will: { ...will, topic: `${OWN}/a/b/c` } })
    client.socket.destroy()
    await client.closed
    const other = await engine.connect(createParty('device-001'))
    other.send(publish({ topic: `${OWN}/a` }))
    expect(await backend.next('publish')).toMatchObject({ topic: `${OWN}/a` })
  })
})

function publish(packet: Partial<IPublishPacket> = {}): IPublishPacket {
  return { cmd: 'publish', topic: `${OWN}/a`, payload: 'x', qos: 1, messageId: 1, retain: false, dup: false, ...packet }
}

async function subscribed(client: ServedClient, qos: QoS, topic = `${OWN}/#`): Promise<ServedClient> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  await client.next('suback')
  return client
}

/** Publishes at QoS 1 and waits until it is taken. */
async function taken(client: ServedClient, packet: IPublishPacket): Promise<void> {
  client.send(packet)
  expect(await client.next('puback')).toMatchObject({ messageId: packet.messageId })
}

async function receivedOnce(client: ServedClient, packet: IPublishPacket): Promise<void> {
  const { messageId = 0 } = packet
  client.send(packet)
  expect(await client.next('pubrec')).toMatchObject({ messageId })
  client.send({ cmd: 'pubrel', messageId })
  expect(await client.next('pubcomp')).toMatchObject({ messageId })
}

async function left(client: ServedClient): Promise<void> {
  client.send({ cmd: 'disconnect' })
  await client.closed
}
