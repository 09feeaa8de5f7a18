import { setImmediate as turn } from 'node:timers/promises'
import { Aedes, type Client, type Subscription } from 'aedes'
import { describe, expect, test } from 'vitest'
import {
  dropDenied,
  hearOfClose,
  internalsOf,
  registerTheLivingOnly,
  storeGrantedOnly,
} from '../../../src/broker/aedes/corrections.ts'
import type { StoredState } from '../../../src/broker/aedes/stored-state.ts'
import { type DuplexClient, openDuplexClient } from '../../support/duplex-client.ts'
import { connectFrame } from '../connect-frame.ts'

describe('a publish that is denied', () => {
  test('is published no further, and whoever waits for it goes on', async () => {
    await using broker = await openAedes()
    const topics: string[] = []
    broker.aedes.subscribe(
      '#',
      (packet, done) => {
        topics.push(packet.topic)
        done()
      },
      () => undefined,
    )
    dropDenied(broker.internals, ({ topic }) => topic === 'denied')
    for (const topic of ['denied', 'allowed']) {
      await new Promise<void>((resolve) => broker.internals.publish(packetOn(topic), null, () => resolve()))
    }
    expect(topics.filter((topic) => !topic.startsWith('$SYS'))).toEqual(['allowed'])
    expect(broker.internals.publish(packetOn('denied'), null)).toBeUndefined()
  })
})

describe('the subscriptions of one SUBSCRIBE', () => {
  test('are stored once each, and those that were refused are not', async () => {
    const calls: (readonly string[])[] = []
    const store = {
      async addSubscriptions(_client: unknown, subscriptions: readonly Subscription[]) {
        calls.push(subscriptions.map(({ topic }) => topic))
      },
    } as StoredState
    storeGrantedOnly(store, ({ topic }) => topic !== 'refused')
    const subscriptions: Subscription[] = ['a', 'refused', 'b'].map((topic) => ({ topic, qos: 1 }))
    const client = { id: 'device-001' }
    await store.addSubscriptions(client, subscriptions)
    await store.addSubscriptions(client, subscriptions)
    await store.addSubscriptions(client, [{ topic: 'refused', qos: 1 }])
    // The same filter of another SUBSCRIBE may ask for another QoS.
    await store.addSubscriptions(client, [{ topic: 'a', qos: 0 }])
    expect(calls).toEqual([['a', 'b'], ['a']])
  })
})

describe('the end of a connection', () => {
  test('is heard by its close alone, and once', async () => {
    await using broker = await openAedes()
    const connected = await broker.connect()
    const client = broker.clientOf(connected)
    if (!client) throw new Error('Aedes has no such client')
    hearOfClose(client)
    // What `finished` of node:stream listens to.
    expect(client.conn.listenerCount('finish')).toBe(0)
    const left: unknown[] = []
    broker.aedes.on('clientDisconnect', ({ id }) => left.push(id))
    client.conn.destroy()
    await new Promise((resolve) => client.conn.once('close', resolve))
    expect([client.closed, broker.registered(), left]).toEqual([true, undefined, [CLIENT_ID]])
  })
})

describe('a CONNECT whose connection ends while it is worked on', () => {
  test('takes nobody’s place', async () => {
    await using broker = await openAedes()
    registerTheLivingOnly(broker.internals, () => undefined)
    const first = await broker.connect()
    const second = await broker.stall()
    second.socket.destroy()
    await second.closed
    await second.goOn()
    expect(broker.registered()).toBe(broker.clientOf(first))
    first.send({ cmd: 'pingreq' })
    expect(await first.next('pingresp')).toBeDefined()
  })

  test('is not listed when it ends while the one before it is being closed', async () => {
    await using broker = await openAedes()
    registerTheLivingOnly(broker.internals, () => undefined)
    const first = await broker.connect()
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] })
    await first.next('suback')
    const second = await broker.stall()
    const closing = broker.closing(first)
    const done = second.goOn()
    await closing
    second.socket.destroy()
    await done
    await Promise.all([first.closed, second.closed])
    expect(broker.registered()).toBeUndefined()
  })

  test('takes the place of the one before it when it lives', async () => {
    await using broker = await openAedes()
    const takeovers: unknown[][] = []
    registerTheLivingOnly(broker.internals, (...clients) => takeovers.push(clients))
    const first = await broker.connect()
    const second = await broker.stall()
    await second.goOn()
    expect(await second.next('connack')).toMatchObject({ returnCode: 0 })
    await first.closed
    expect(broker.registered()).toBe(broker.clientOf(second))
    expect(takeovers.map(([former, successor]) => [former === broker.clientOf(first), successor])).toEqual([
      [true, broker.clientOf(second)],
    ])
    second.socket.destroy()
    await second.closed
    await turn()
    expect(broker.registered()).toBeUndefined()
  })
})

// What the corrections rest on: an Aedes that has lost one of these must not go unnoticed.
describe('Aedes', () => {
  test('is the version that was read', async () => {
    await using broker = await openAedes()
    expect((broker.aedes as { readonly version?: string }).version).toBe('1.2.0')
  })

  test('publishes what a client sends, and its will, by a method that may be replaced', async () => {
    await using broker = await openAedes()
    const topics = record(broker.internals, 'publish', ({ topic }) => topic)
    const client = await broker.connect({ will: { topic: 'will', payload: Buffer.from('x'), qos: 0, retain: false } })
    client.send(packetOn('sent'), Buffer.from([0xf0, 0]))
    await client.closed
    await turn()
    expect(topics.filter((topic) => !topic.startsWith('$SYS'))).toEqual(['sent', 'will'])
  })

  test('hands the packet that was authorized itself on to be published', async () => {
    const authorized: unknown[] = []
    await using broker = await openAedes({
      authorizePublish(_client, packet, callback) {
        authorized.push(packet)
        callback(null)
      },
    })
    const published = record(broker.internals, 'publish', (packet) => packet)
    const client = await broker.connect()
    for (const qos of [0, 1, 2] as const) client.send({ ...packetOn('sent'), qos, messageId: 1 })
    await client.next('pubrec')
    // PUBACK is written before its message is published (trap 1).
    await turn()
    expect(authorized).toHaveLength(3)
    for (const packet of authorized) expect(published.includes(packet as never)).toBe(true)
  })

  test('keeps a client’s will where the client has it, and asks for that same one to be authorized', async () => {
    const asked: boolean[] = []
    await using broker = await openAedes({
      authorizePublish(client, packet, callback) {
        asked.push((client as Client & { readonly will?: unknown }).will === packet)
        callback(null)
      },
    })
    const client = await broker.connect({ will: { topic: 'will', payload: Buffer.from('x'), qos: 0, retain: false } })
    client.send(packetOn('sent'))
    client.socket.destroy()
    await client.closed
    await turn()
    expect(asked).toEqual([true])
  })

  test('lists its clients by id, on by a method and off by another', async () => {
    await using broker = await openAedes()
    const on = record(broker.internals, 'registerClient', (client) => client)
    const finished = record(broker.internals, '_finishRegisterClient', (client) => client)
    const off = record(broker.internals, 'unregisterClient', (client) => client)
    const client = await broker.connect()
    const listed = broker.registered()
    expect(listed).toBe(broker.clientOf(client))
    client.socket.destroy()
    await client.closed
    await turn()
    expect([on, finished, off]).toEqual([[listed], [listed], [listed]])
    expect(broker.registered()).toBeUndefined()
  })

  test('stores the subscriptions of a session that is kept, each the very one that was authorized', async () => {
    const authorized: unknown[] = []
    await using broker = await openAedes({
      authorizeSubscribe(_client, subscription, callback) {
        authorized.push(subscription)
        callback(null, subscription)
      },
    })
    const stored = record(broker.internals.persistence, 'addSubscriptions', (_client, subscriptions) => subscriptions)
    const client = await broker.connect({ clean: false })
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] })
    await client.next('suback')
    expect(stored.flat()).toEqual(authorized)
    expect(stored[0]?.[0]).toBe(authorized[0])
  })

  test('takes a connection by a function that returns at once', async () => {
    await using broker = await openAedes()
    const { hubEnd } = openDuplexClient()
    expect(broker.aedes.handle(hubEnd)).toMatchObject({ conn: hubEnd, closed: false })
  })
})

type AedesOptions = NonNullable<Parameters<typeof Aedes.createBroker>[0]>

const CLIENT_ID = 'device-001'

/** A bare Aedes, and clients of it; one that is stalled waits in the middle of its CONNECT until it may go on. */
async function openAedes(options: AedesOptions = {}) {
  const aedes = await Aedes.createBroker(options)
  const internals = internalsOf(aedes)
  const handled = new Map<DuplexClient['socket'], Client>()

  function say(packet: Parameters<typeof connectFrame>[0] = {}): DuplexClient {
    const client = openDuplexClient()
    handled.set(client.socket, aedes.handle(client.hubEnd))
    client.send(connectFrame({ clientId: CLIENT_ID, ...packet }))
    return client
  }

  return {
    aedes,
    internals,
    registered: () => internals.clients[CLIENT_ID],
    clientOf: ({ socket }: DuplexClient) => handled.get(socket),
    async connect(packet: Parameters<typeof connectFrame>[0] = {}) {
      const client = say(packet)
      await client.next('connack')
      return client
    },
    async stall() {
      const { delWill } = internals.persistence
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      internals.persistence.delWill = async (client) => {
        internals.persistence.delWill = delWill
        reached.resolve()
        await released.promise
        return delWill.call(internals.persistence, client)
      }
      const client = say()
      await reached.promise
      return {
        ...client,
        async goOn() {
          released.resolve()
          for (let turns = 0; turns < 5; turns++) await turn()
        },
      }
    },
    /** Resolves when Aedes has begun to close a client. */
    closing: ({ socket }: DuplexClient) =>
      new Promise<void>((resolve) => {
        const client = handled.get(socket)
        if (!client) return
        const close = client.close.bind(client)
        client.close = (done) => {
          close(done)
          resolve()
        }
      }),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => aedes.close(resolve)),
  }
}

/** Replaces a method by one that writes down what it is called with, and goes on. */
function record<
  Owner extends object,
  Name extends keyof Owner,
  Recorded,
  Method extends (...values: never[]) => unknown = Owner[Name] extends (...values: never[]) => unknown
    ? Owner[Name]
    : never,
>(owner: Owner, name: Name, read: (...values: Parameters<Method>) => Recorded): Recorded[] {
  const recorded: Recorded[] = []
  const method = (owner[name] as Method).bind(owner)
  owner[name] = ((...values: Parameters<Method>) => {
    recorded.push(read(...values))
    return method(...values)
  }) as Owner[Name]
  return recorded
}

function packetOn(topic: string) {
  return { cmd: 'publish', topic, payload: Buffer.from('x'), qos: 0, retain: false, dup: false } as const
}
