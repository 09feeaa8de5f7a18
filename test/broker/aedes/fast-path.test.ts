import { setImmediate as nextTurn } from 'node:timers/promises'
import type { IPublishPacket, QoS } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import type { ReadingClient } from '../../../src/broker/aedes/fast-path.ts'
import { encodePublish } from '../../../src/broker/delivery/wire.ts'
import { useFakeTimeouts } from '../../support/fake-timeouts.ts'
import { createParty } from '../parties.ts'
import { OWN, openServedEngine, type ServedClient } from './served-engine.ts'

const DEVICE = createParty('device-001')
const OTHERS = 'users/test-user/devices/device-002'
const MESSAGE = { topic: `${OWN}/a`, payload: Buffer.from('x'), qos: 0, retain: false } as const
const NAMES = ['one', 'zwei/ä', 'three', 'vier/ö', 'five']

for (const fastPath of [true, false]) {
  describe(fastPath ? 'with the fast path' : 'through Aedes alone', () => {
    for (const qos of [0, 1, 2] as const) {
      test(`messages of QoS ${qos} keep their order, whichever way each goes`, async () => {
        await using engine = await openServedEngine({ fastPath })
        const backend = await subscribed(await engine.connectBackend(), '#', qos)
        const client = await engine.connect(DEVICE)
        client.send(...NAMES.map((name, index) => publish(`${OWN}/${name}`, { qos, messageId: index + 1 })))
        const topics: string[] = []
        while (topics.length < NAMES.length) {
          const message = await backend.next('publish')
          if (!message) break
          topics.push(message.topic)
          if (qos === 1) backend.send({ cmd: 'puback', messageId: message.messageId ?? 0 })
        }
        expect(topics).toEqual(NAMES.map((name) => `${OWN}/${name}`))
      })
    }

    test('a message behind its own SUBSCRIBE is delivered', async () => {
      await using engine = await openServedEngine({ fastPath })
      const client = await engine.connect(DEVICE)
      const topic = `${OWN}/echo`
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] }, publish(topic))
      expect(await client.next('publish')).toMatchObject({ topic })
    })

    test('an identifier of QoS 2 is free again once it is released, by either way', async () => {
      await using engine = await openServedEngine({ fastPath })
      const backend = await subscribed(await engine.connectBackend(), '#', 0)
      const client = await engine.connect(DEVICE)
      for (const name of NAMES) {
        client.send(publish(`${OWN}/${name}`, { qos: 2, messageId: 7 }))
        await client.next('pubrec')
        client.send({ cmd: 'pubrel', messageId: 7 })
        await client.next('pubcomp')
        expect(await backend.next('publish')).toMatchObject({ topic: `${OWN}/${name}` })
      }
    })

    // [MQTT-4.6.0-2]
    test('acknowledgements keep their order, though only some messages had to be stored', async () => {
      await using engine = await openServedEngine({ fastPath })
      await subscribed(await engine.connectBackend(false), `${OWN}/kept`, 1)
      const client = await ready(await engine.connect(DEVICE))
      const topics = [`${OWN}/kept`, `${OWN}/for-nobody`, `${OTHERS}/denied`, `${OWN}/kept`]
      client.send(...topics.map((topic, index) => publish(topic, { qos: 1, messageId: index + 1 })))
      for (const messageId of [1, 2, 3, 4]) expect(await client.next('puback')).toMatchObject({ messageId })
    })

    test('a topic with more levels than the limit ends its connection, and is told', async () => {
      await using engine = await openServedEngine({ fastPath, topicLevels: 5 })
      const client = await engine.connect(DEVICE)
      client.send(publish(`${OWN}/a`))
      client.send(publish(`${OWN}/a/b`))
      await client.closed
      expect(engine.recorder.causes).toEqual(['packet_invalid'])
    })

    test('a message keeps its connection alive', async () => {
      await using engine = await openServedEngine({ fastPath })
      using timeouts = useFakeTimeouts()
      const client = await engine.connect(DEVICE, { keepalive: 10 })
      for (const messageId of [1, 2, 3]) {
        timeouts.advance(14_000)
        client.send(publish(`${OWN}/a`, { qos: 1, messageId }))
        expect(await client.next('puback')).toMatchObject({ messageId })
      }
      timeouts.advance(16_000)
      await client.closed
    })
  })
}

describe('the fast path', () => {
  test('reads no further while its answers are not taken', async () => {
    await using engine = await openServedEngine({ fastPath: true })
    const client = await ready(await engine.connect(DEVICE))
    const { socket, hubEnd, received } = client
    socket.pause()
    const ids = Array.from({ length: 65_535 }, (_, index) => index + 1)
    const bytes = Buffer.concat(ids.map((messageId) => encodePublish({ ...MESSAGE, qos: 1 }, messageId)))
    for (let start = 0; start < bytes.length; start += 16_384) {
      client.send(bytes.subarray(start, start + 16_384))
      for (let turn = 0; turn < 3; turn++) await nextTurn()
    }
    expect(hubEnd.readableLength).toBeGreaterThan(0)
    socket.resume()
    const acknowledged = (): number[] => received.flatMap(({ cmd, messageId }) => (cmd === 'puback' && messageId) || [])
    while (received.at(-1)?.messageId !== ids.at(-1)) await nextTurn()
    expect(acknowledged()).toEqual(ids)
  })

  test('takes a clean subscriber through QoS 2', async () => {
    await using engine = await openServedEngine({ fastPath: true })
    const backend = await ready(await subscribed(await engine.connectBackend(), '#', 2))
    const client = await engine.connect(DEVICE)
    client.send(publish(`${OWN}/a`, { qos: 2, messageId: 1 }))
    const { messageId = 0 } = (await backend.next('publish')) ?? {}
    backend.send({ cmd: 'pubrec', messageId })
    expect(await backend.next('pubrel')).toMatchObject({ messageId })
    backend.send({ cmd: 'pubcomp', messageId })
    backend.send({ cmd: 'pingreq' })
    expect(await backend.next('pingresp')).toBeDefined()
  })

  test('hands what stands behind DISCONNECT to Aedes, which knows that the connection is over', async () => {
    await using engine = await openServedEngine({ fastPath: true })
    const backend = await subscribed(await engine.connectBackend(), '#', 0)
    const client = await engine.connect(DEVICE)
    client.send(publish(`${OWN}/before`), { cmd: 'disconnect' })
    expect(await backend.next('publish')).toMatchObject({ topic: `${OWN}/before` })
    await client.closed
    expect(engine.recorder.refusals).toEqual([])
  })

  test('is used: no packet of the traffic reaches the parser', async () => {
    await using engine = await openServedEngine({ fastPath: true })
    const client = await ready(await engine.connect(DEVICE))
    const { _parser: parser } = insideOf(client)
    let packets = 0
    parser.prependListener('packet', () => packets++)
    client.send(publish(`${OWN}/a`), publish(`${OWN}/a`, { qos: 2, messageId: 1 }))
    client.send({ cmd: 'pubrel', messageId: 1 })
    await client.next('pubcomp')
    expect(packets).toBe(0)
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    expect(packets).toBe(1)
  })
})

function publish(topic: string, packet: Partial<IPublishPacket> = {}): IPublishPacket {
  return { cmd: 'publish', topic, payload: 'x', qos: 0, retain: false, dup: false, ...packet }
}

/** Until Aedes has finished its CONNECT, everything goes through it. */
async function ready(client: ServedClient): Promise<ServedClient> {
  while (!insideOf(client).connected) await nextTurn()
  return client
}

function insideOf({ hubEnd }: ServedClient): ReadingClient {
  // Aedes leaves it there.
  return (hubEnd as unknown as { readonly client: ReadingClient }).client
}

async function subscribed(client: ServedClient, topic: string, qos: QoS): Promise<ServedClient> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  await client.next('suback')
  return client
}
