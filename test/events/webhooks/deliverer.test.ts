import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/database.ts'
import { createDeliveryStore, createWebhookStore } from '../../../src/db/webhook-store.ts'
import { Deliverer } from '../../../src/events/webhooks/deliverer.ts'
import { DeliveryQueue } from '../../../src/events/webhooks/delivery-queue.ts'
import type { Outcome, Parcel } from '../../../src/events/webhooks/sender.ts'
import type { Webhook } from '../../../src/events/webhooks/webhook.ts'
import { EventFeed } from '../../../src/events.ts'
import { createTestClock } from '../../../src/testing/test-clock.ts'
import { createWebhook, NOON } from './webhook-records.ts'

const FAILED: Outcome = { delivered: false, error: 'answered 500', status: 500 }
const DONE: Outcome = { delivered: true, status: 200 }

interface Sent extends Parcel {
  readonly webhook: Webhook
  answer(outcome: Outcome): void
}

function openScene({ ids = ['h1'], limits = { queue: 100, attempts: 3 } } = {}) {
  const database = openDatabase()
  const store = createDeliveryStore(database)
  const webhooks = ids.map((id) => createWebhook(id))
  for (const webhook of webhooks) createWebhookStore(database).save(webhook)
  const clock = createTestClock()
  const events = new EventFeed()
  const dead: string[] = []
  events.subscribe('webhook.dead_lettered', ({ webhook, name, event }) => void dead.push(`${webhook} ${name} ${event}`))
  const sent: Sent[] = []
  const failures: unknown[] = []
  const drops: string[] = []
  const queue = new DeliveryQueue({
    store,
    limits,
    clock: clock.now,
    onDue: () => deliverer.pump(),
    onDropped: ({ id }, dropped) => void drops.push(`${id} ${dropped}`),
    onFailure: (error) => void failures.push(error),
  })
  for (const webhook of webhooks) queue.open(webhook)
  const deliverer = new Deliverer({
    webhooks: () => webhooks,
    queue,
    store,
    send(webhook, { id, type, body }, stop) {
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      stop.addEventListener('abort', () => resolve(FAILED))
      sent.push({ webhook, id, type, body, answer: resolve })
      return promise
    },
    limits,
    random: () => 1,
    events,
    clock: clock.now,
    onFailure: (error) => void failures.push(error),
  })
  const add = (id: string, count = 1): void => {
    const webhook = webhooks.find((one) => one.id === id) ?? createWebhook(id)
    for (let n = 0; n < count; n++) {
      queue.add(webhook, { id: String(n), type: 'a.type', at: NOON.toISOString(), data: { n } })
    }
  }
  return { database, store, queue, deliverer, clock, sent, failures, dead, drops, add }
}

test('what is delivered is gone, and what fails comes again, later each time, until it is dead', async () => {
  const { database, store, queue, deliverer, clock, sent, dead, add } = openScene()
  using _ = database
  add('h1')
  await turn()
  sent[0]?.answer(DONE)
  await turn()
  expect([store.count('h1', 'pending'), queue.pending('h1')]).toEqual([0, 0])
  add('h1')
  await turn()
  for (const [attempt, pause] of [5000, 10_000].entries()) {
    sent[attempt + 1]?.answer(FAILED)
    await turn()
    clock.advance(pause - 1000)
    deliverer.pump()
    expect(sent).toHaveLength(attempt + 2)
    clock.advance(1000)
    deliverer.pump()
    expect(sent).toHaveLength(attempt + 3)
  }
  sent[3]?.answer(FAILED)
  await turn()
  // The receiver knows by the id that it is the same.
  expect(new Set(sent.slice(1).map(({ id }) => id)).size).toBe(1)
  expect(dead).toEqual(['h1 example.com a.type'])
  expect(store.list('h1', 'dead', { limit: 9 }).items).toMatchObject([{ attempts: 3, error: 'answered 500' }])
  expect(queue.pending('h1')).toBe(0)
  await deliverer[Symbol.asyncDispose]()
})

test('what has failed while the clock was ahead is not put off until it would have been right', async () => {
  const { database, deliverer, clock, sent, add } = openScene()
  using _ = database
  clock.advance(365 * 86_400_000)
  add('h1')
  await turn()
  sent[0]?.answer(FAILED)
  await turn()
  clock.advance(-365 * 86_400_000)
  deliverer.pump()
  expect(sent).toHaveLength(2)
  await deliverer[Symbol.asyncDispose]()
})

test('one that is gone holds few places, and the others are served beside it', async () => {
  const { database, deliverer, clock, sent, add } = openScene({
    ids: ['gone', 'good'],
    limits: { queue: 100, attempts: 9 },
  })
  using _ = database
  add('gone', 20)
  await turn()
  expect(sent).toHaveLength(4)
  for (const one of sent) one.answer(FAILED)
  await turn()
  clock.advance(60_000)
  deliverer.pump()
  // One at a time finds out whether it is back.
  expect(sent).toHaveLength(5)
  add('good', 2)
  await turn()
  expect(sent.slice(5).map(({ webhook }) => webhook.id)).toEqual(['good', 'good'])
  sent[4]?.answer(DONE)
  await turn()
  expect(sent.slice(7).map(({ webhook }) => webhook.id)).toEqual(['gone', 'gone', 'gone', 'gone'])
  await deliverer[Symbol.asyncDispose]()
})

test('no more than sixteen are on their way at one time', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  const { database, deliverer, sent, add } = openScene({ ids })
  using _ = database
  for (const id of ids) add(id, 10)
  await turn()
  expect(sent).toHaveLength(16)
  sent[0]?.answer(DONE)
  await turn()
  expect(sent).toHaveLength(17)
  await deliverer[Symbol.asyncDispose]()
})

test('a queue that is full drops what comes, says so once a minute, and keeps what it has', async () => {
  const { database, store, queue, deliverer, clock, add, drops } = openScene({ limits: { queue: 10, attempts: 3 } })
  using _ = database
  add('h1', 215)
  await turn()
  expect([store.count('h1', 'pending'), queue.dropped('h1')]).toEqual([10, 205])
  expect(drops).toEqual(['h1 1'])
  clock.advance(60_000)
  add('h1', 300)
  expect(drops).toEqual(['h1 1', 'h1 206'])
  await deliverer[Symbol.asyncDispose]()
})

test('a body that is too long is dropped', async () => {
  const { database, queue } = openScene()
  using _ = database
  const data = { payload: 'x'.repeat(262_144) }
  queue.add(createWebhook('h1'), { id: '1', type: 'message', at: NOON.toISOString(), data })
  expect([queue.pending('h1'), queue.dropped('h1')]).toEqual([0, 1])
})

test('what is under way when the hub stops is sent again after the next start', async () => {
  const { database, store, deliverer, sent, add } = openScene()
  using _ = database
  add('h1')
  await turn()
  await deliverer[Symbol.asyncDispose]()
  deliverer.pump()
  expect(sent).toHaveLength(1)
  expect(store.list('h1', 'pending', { limit: 9 }).items).toMatchObject([{ attempts: 0 }])
})

test('a webhook that is removed takes what was under way with it', async () => {
  const { database, store, queue, sent, add, failures } = openScene()
  using _ = database
  add('h1', 2)
  await turn()
  createWebhookStore(database).delete('h1')
  queue.close('h1')
  for (const one of sent) one.answer(FAILED)
  await turn()
  expect([store.count('h1', 'pending'), queue.pending('h1'), failures]).toEqual([0, 0, []])
})

test('while nothing can be kept it waits in memory, and nothing is sent twice as fast', async () => {
  const { database, queue, deliverer, sent, failures, add } = openScene()
  using _ = database
  database.sqlite.exec('alter table webhook_deliveries rename to away')
  add('h1')
  await turn()
  expect([sent.length, failures.length]).toEqual([0, 1])
  database.sqlite.exec('alter table away rename to webhook_deliveries')
  queue.flush()
  expect(sent).toHaveLength(1)
  database.sqlite.exec('alter table webhook_deliveries rename to away')
  sent[0]?.answer(DONE)
  await turn()
  expect([sent.length, failures.length]).toEqual([1, 2])
  deliverer.pump()
  expect(failures).toHaveLength(3)
})

test('all that still can be is kept at the end', () => {
  const { database, store, queue, add } = openScene({ limits: { queue: 1000, attempts: 3 } })
  using _ = database
  add('h1', 700)
  queue[Symbol.dispose]()
  expect(store.count('h1', 'pending')).toBe(700)
})
