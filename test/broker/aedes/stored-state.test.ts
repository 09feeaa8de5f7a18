import { Aedes } from 'aedes'
import { expect, test } from 'vitest'
import { internalsOf } from '../../../src/broker/aedes/corrections.ts'
import { forgetRetained, forgetSession, type StoredState } from '../../../src/broker/aedes/stored-state.ts'

/** The rest of what Aedes' store can be asked. */
interface Store extends StoredState {
  subscriptionsByClient(client: { id: string }): Promise<readonly unknown[]>
  subscriptionsByTopic(topic: string): Promise<readonly { readonly clientId: string }[]>
  outgoingEnqueue(subscription: { clientId: string }, packet: object): Promise<void>
  outgoingUpdate(client: { id: string }, packet: object): Promise<void>
  incomingStorePacket(client: { id: string }, packet: object): Promise<void>
  incomingGetPacket(client: { id: string }, packet: object): Promise<object>
  putWill(client: { id: string }, packet: object): Promise<void>
  getWill(client: { id: string }): Promise<object | undefined>
}

const MINE = { id: 'device-001' }
const OTHER = { id: 'device-002' }

test('a session that is forgotten leaves no subscription, queue, half-received message or will, and costs nobody else theirs', async () => {
  const { store, [Symbol.asyncDispose]: close } = await openStore()
  await using _ = { [Symbol.asyncDispose]: close }
  for (const client of [MINE, OTHER]) await fill(store, client)
  expect(await contentOf(store, MINE)).toEqual(FULL)

  await forgetSession(store, MINE.id)

  expect(await contentOf(store, MINE)).toEqual({ subscriptions: 0, queue: 0, halfReceived: false, will: false })
  expect(await contentOf(store, OTHER)).toEqual(FULL)
  expect((await store.subscriptionsByTopic('a')).map(({ clientId }) => clientId)).toEqual([OTHER.id])
})

test('retained messages that are forgotten are those the filter matches', async () => {
  const { store, [Symbol.asyncDispose]: close } = await openStore()
  await using _ = { [Symbol.asyncDispose]: close }
  for (const topic of ['a', 'a/b', 'a/b/c', 'ab', 'b'])
    await store.storeRetained({ ...message(1), topic, retain: true })
  await forgetRetained(store, 'a/#')
  const topics: string[] = []
  for await (const { topic } of store.createRetainedStream('#')) topics.push(topic)
  expect(topics).toEqual(['ab', 'b'])
})

const FULL = { subscriptions: 2, queue: 3, halfReceived: true, will: true }

async function openStore() {
  const aedes = await Aedes.createBroker()
  return {
    store: internalsOf(aedes).persistence as Store,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => aedes.close(resolve)),
  }
}

async function fill(store: Store, client: { id: string }): Promise<void> {
  await store.addSubscriptions(client, [
    { topic: 'a', qos: 1 },
    { topic: 'b/#', qos: 0 },
  ])
  for (const counter of [1, 2, 3]) await store.outgoingEnqueue({ clientId: client.id }, message(counter))
  // One was sent, and waits for its acknowledgement.
  await store.outgoingUpdate(client, { ...message(1), messageId: 7 })
  await store.incomingStorePacket(client, { ...message(4), messageId: 9 })
  await store.putWill(client, message(5))
}

async function contentOf(store: Store, client: { id: string }) {
  let queue = 0
  for await (const _ of store.outgoingStream(client)) queue++
  return {
    subscriptions: (await store.subscriptionsByClient(client)).length,
    queue,
    halfReceived: await store.incomingGetPacket(client, { messageId: 9 }).then(
      () => true,
      () => false,
    ),
    will: (await store.getWill(client)) !== undefined,
  }
}

function message(brokerCounter: number) {
  const payload = Buffer.from('x')
  return {
    cmd: 'publish',
    topic: 'a',
    payload,
    qos: 1,
    retain: false,
    dup: false,
    brokerId: 'b',
    brokerCounter,
  } as const
}
