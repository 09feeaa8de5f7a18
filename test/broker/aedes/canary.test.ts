import { setImmediate as nextTurn } from 'node:timers/promises'
import { Aedes, type Client } from 'aedes'
import { expect, test } from 'vitest'
import { type DuplexClient, openDuplexClient } from '../../support/duplex-client.ts'
import { connectFrame } from '../connect-frame.ts'

// What broker/aedes relies on and Aedes does not promise: an upgrade that changes it must fail here, loudly.

type Call = readonly [name: string, ...details: readonly unknown[]]

/** A bare Aedes whose calls of its store and of its hooks are written down. */
async function openScene(options: Readonly<Record<string, unknown>> = {}) {
  const calls: Call[] = []
  const broker = await Aedes.createBroker({
    authenticate(_client, _userName, _password, done) {
      calls.push(['authenticate'])
      done(null, true)
    },
    authorizePublish(_client, _packet, done) {
      calls.push(['authorizePublish'])
      done(null)
    },
    ...options,
  })
  const { persistence } = broker as unknown as { persistence: Record<string, (...args: unknown[]) => unknown> }
  for (const name of STORE_CALLS) {
    const original = persistence[name]?.bind(persistence)
    persistence[name] = (...args) => {
      const [client, packet] = args as [{ readonly conn?: unknown }, { readonly cmd?: string } | undefined]
      calls.push([name, 'conn' in client, ...(packet?.cmd === undefined ? [] : [packet.cmd])])
      return original?.(...args)
    }
  }
  broker.on('connackSent', () => calls.push(['connackSent']))
  broker.on('clientReady', () => calls.push(['clientReady']))

  const connect = async (clean: boolean): Promise<DuplexClient & { readonly aedes: Client }> => {
    const client = openDuplexClient()
    const aedes = broker.handle(client.hubEnd)
    client.hubEnd.unshift(connectFrame({ clientId: 'one', clean }))
    await client.next('connack')
    return { ...client, aedes }
  }
  return { broker, calls, connect, [Symbol.asyncDispose]: () => new Promise<void>((done) => broker.close(done)) }
}

const STORE_CALLS = [
  'subscriptionsByClient',
  'cleanSubscriptions',
  'delWill',
  'outgoingUpdate',
  'outgoingClearMessageId',
  'incomingGetPacket',
  'incomingStorePacket',
  'incomingDelPacket',
  'cleanIncoming',
]

test('a CONNECT goes its steps in order, and the store is asked in the tick that authenticated', async () => {
  await using scene = await openScene()
  await scene.connect(false)
  await nextTurn()
  await nextTurn()
  expect(scene.calls).toEqual([
    ['authenticate'],
    ['subscriptionsByClient', false],
    ['delWill', true],
    ['connackSent'],
    ['clientReady'],
  ])
})

test('handle() returns the client, which reads its deliver functions from its own properties', async () => {
  await using scene = await openScene()
  const client = await scene.connect(true)
  expect(client.aedes.conn).toBe(client.hubEnd)
  for (const name of ['deliver0', 'deliverQoS']) expect(Object.hasOwn(client.aedes, name)).toBe(true)
})

test('what is emitted to a subscriber reaches its deliver function in the same tick, properties included', async () => {
  const listeners: ((packet: unknown, done: () => void) => void)[] = []
  const mq = {
    on(_topicFilter: string, listener: (typeof listeners)[number], done?: () => void) {
      listeners.push(listener)
      done?.()
    },
    removeListener: (_topicFilter: string, _listener: unknown, done?: () => void) => done?.(),
    emit: (_packet: unknown, done?: () => void) => done?.(),
    close: (done?: () => void) => done?.(),
  }
  await using scene = await openScene({ mq })
  const before = listeners.length
  const client = await scene.connect(true)
  const delivered: unknown[] = []
  const take = ({ properties }: { readonly properties?: unknown }): void => void delivered.push(properties)
  Object.assign(client.aedes, { deliver0: take, deliverQoS: take })
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] })
  await client.next('suback')
  const properties = {}
  listeners[before]?.({ cmd: 'publish', topic: 'probe', payload: '', qos: 0, properties }, () => undefined)
  expect(delivered).toEqual([properties])
})

test('PUBACK follows authorizePublish; QoS 2 is looked up, stored, published, acknowledged, and dropped at PUBREL', async () => {
  await using scene = await openScene()
  const client = await scene.connect(true)
  scene.calls.length = 0
  client.send({ cmd: 'publish', topic: 'a', payload: '', qos: 1, messageId: 1, retain: false, dup: false })
  await client.next('puback')
  client.send({ cmd: 'publish', topic: 'a', payload: '', qos: 2, messageId: 2, retain: false, dup: false })
  await client.next('pubrec')
  client.send({ cmd: 'pubrel', messageId: 2 })
  await client.next('pubcomp')
  expect(scene.calls.filter(([name]) => /^incoming|^authorize/.test(name))).toEqual([
    ['authorizePublish'],
    ['authorizePublish'],
    ['incomingGetPacket', true, 'publish'],
    ['incomingStorePacket', true, 'publish'],
    ['incomingGetPacket', true, 'pubrel'],
    ['incomingDelPacket', true, 'pubrel'],
  ])
})

test('a client knows whether its DISCONNECT came, and its keep-alive timer may be started anew', async () => {
  await using scene = await openScene()
  const internals = (client: Client) =>
    client as Client & { readonly _disconnected: boolean; readonly _keepaliveTimer: NodeJS.Timeout }
  const vanished = await scene.connect(true)
  expect(internals(vanished.aedes)._keepaliveTimer.hasRef()).toBe(true)
  expect(internals(vanished.aedes)._keepaliveTimer.refresh).toBeTypeOf('function')
  vanished.socket.destroy()
  await vanished.closed
  expect(internals(vanished.aedes)._disconnected).toBe(false)
  const left = await scene.connect(true)
  left.send({ cmd: 'disconnect' })
  await left.closed
  expect(internals(left.aedes)._disconnected).toBe(true)
})

test('acknowledgements of a client reach the store with their kind', async () => {
  await using scene = await openScene()
  const client = await scene.connect(false)
  scene.calls.length = 0
  client.send({ cmd: 'puback', messageId: 1 }, { cmd: 'pubcomp', messageId: 2 })
  client.send({ cmd: 'pubrec', messageId: 3 })
  await client.closed
  expect(scene.calls.filter(([name]) => name.startsWith('outgoing'))).toEqual([
    ['outgoingClearMessageId', true, 'puback'],
    ['outgoingClearMessageId', true, 'pubcomp'],
    ['outgoingUpdate', true, 'pubrel'],
  ])
})
