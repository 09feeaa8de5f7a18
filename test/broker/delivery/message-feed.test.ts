import { expect, test } from 'vitest'
import { type AcceptedMessage, MessageFeed } from '../../../src/broker/delivery/message-feed.ts'
import { createMessage, openDeliveryScene } from './delivery-scene.ts'

test('a watcher is shown each message and its publisher, until it stops watching', async () => {
  using scene = openDeliveryScene()
  const seen: AcceptedMessage[] = []
  using watching = scene.feed.subscribe((message) => seen.push(message))
  await scene.publish({ topic: 'a', qos: 0 })
  scene.openStored('one')
  await scene.publish({ topic: 'b', qos: 1 })
  expect(seen).toMatchObject([
    { topic: 'a', qos: 0, clientId: 'publisher' },
    { topic: 'b', qos: 1, clientId: 'publisher' },
  ])
  watching[Symbol.dispose]()
  await scene.publish({ topic: 'c' })
  expect(seen).toHaveLength(2)
})

test('a message that could not be kept was not accepted, and is not shown', async () => {
  using scene = openDeliveryScene()
  scene.openStored('one')
  await scene.settled()
  scene.fillDisk()
  const seen: AcceptedMessage[] = []
  scene.feed.subscribe((message) => seen.push(message))
  expect(await scene.publish({ qos: 1 })).toBeInstanceOf(Error)
  expect(seen).toEqual([])
})

test('a watcher that writes on its copy, or throws, changes nothing for the others', () => {
  const failures: unknown[] = []
  const feed = new MessageFeed((error) => failures.push(error))
  const seen: string[] = []
  const failure = new Error('mine')
  feed.subscribe(({ payload }) => payload.fill(0))
  feed.subscribe(() => {
    throw failure
  })
  feed.subscribe(({ payload }) => seen.push(payload.toString()))
  const message = createMessage({ payload: Buffer.from('23.5') })
  feed.show(message, 'publisher')
  expect(seen).toEqual(['23.5'])
  expect(message.payload.toString()).toBe('23.5')
  expect(failures).toEqual([failure])
})

test('one function may watch twice, and each stops by itself', () => {
  const feed = new MessageFeed(() => undefined)
  let count = 0
  const watch = (): void => {
    count++
  }
  const first = feed.subscribe(watch)
  feed.subscribe(watch)
  first[Symbol.dispose]()
  feed.show(createMessage(), 'publisher')
  expect(count).toBe(1)
})

test('who watches for one ending of topics is shown those alone', async () => {
  using scene = openDeliveryScene()
  const seen: string[] = []
  expect(scene.feed.isWatched('a/request')).toBe(false)
  using _ = scene.feed.subscribe(({ topic }) => seen.push(topic), '/request')
  expect(['a/request', 'a/response'].map((topic) => scene.feed.isWatched(topic))).toEqual([true, false])
  for (const topic of ['a/request', 'a/response', 'request']) await scene.publish({ topic, qos: 0 })
  scene.feed.show(createMessage({ topic: 'a/response' }), 'publisher')
  expect(seen).toEqual(['a/request'])
})
