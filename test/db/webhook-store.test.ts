import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createDeliveryStore, createWebhookStore } from '../../src/db/webhook-store.ts'
import { createDelivery, createWebhook, NOON } from '../events/webhooks/webhook-records.ts'

const PAGE = { limit: 10 }

function openStores() {
  const database = openDatabase()
  return { database, webhooks: createWebhookStore(database), deliveries: createDeliveryStore(database) }
}

test('webhooks are listed in the order they were made, as they were saved last', () => {
  const { database, webhooks } = openStores()
  using _ = database
  const template = { text: '{{type}}', n: [1, null] }
  const [b, a] = [createWebhook('b', { template, headers: { 'x-a': '1' } }), createWebhook('a')]
  for (const webhook of [b, a]) webhooks.save(webhook)
  expect(webhooks.list()).toStrictEqual([b, a])
  webhooks.save({ ...b, template: undefined, state: 'paused' })
  expect(webhooks.list()).toStrictEqual([{ ...b, template: undefined, state: 'paused' }, a])
})

test('a webhook takes its deliveries with it', () => {
  const { database, webhooks, deliveries } = openStores()
  using _ = database
  webhooks.save(createWebhook('h1'))
  deliveries.insert([createDelivery('d1')])
  webhooks.delete('h1')
  expect(webhooks.list()).toEqual([])
  expect(deliveries.find('d1')).toBeUndefined()
})

test('those are due whose time has come, the longest waiting first, of one webhook', () => {
  const { database, webhooks, deliveries } = openStores()
  using _ = database
  for (const id of ['h1', 'h2']) webhooks.save(createWebhook(id))
  const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000)
  const due = createDelivery('due', { nextAt: at(0) })
  deliveries.insert([
    createDelivery('late', { nextAt: at(2) }),
    createDelivery('of a clock ahead', { nextAt: at(62) }),
    due,
    createDelivery('before', { nextAt: at(-1) }),
    createDelivery('dead', { state: 'dead' }),
    createDelivery('other', { webhookId: 'h2' }),
  ])
  expect(deliveries.listDue('h1', at(1), at(61), 9).map(({ id }) => id)).toEqual(['before', 'due', 'of a clock ahead'])
  expect(deliveries.listDue('h1', at(1), at(61), 1).map(({ id }) => id)).toEqual(['before'])
  expect(deliveries.find('due')).toStrictEqual(due)
  expect([deliveries.count('h1', 'pending'), deliveries.count('h1', 'dead')]).toEqual([4, 1])
})

test('a delivery is changed, listed page after page, and deleted', () => {
  const { database, webhooks, deliveries } = openStores()
  using _ = database
  webhooks.save(createWebhook('h1'))
  deliveries.insert(['a', 'b', 'c'].map((id) => createDelivery(id)))
  for (const id of ['a', 'b', 'c']) deliveries.update(createDelivery(id, { state: 'dead', attempts: 3, error: 'no' }))
  expect(deliveries.list('h1', 'dead', { limit: 2 })).toMatchObject({
    items: [{ id: 'a' }, { id: 'b' }],
    nextCursor: 'b',
  })
  expect(deliveries.list('h1', 'dead', { limit: 2, after: 'b' }).items).toStrictEqual([
    createDelivery('c', { state: 'dead', attempts: 3, error: 'no' }),
  ])
  deliveries.delete('c')
  deliveries.update(createDelivery('c'))
  expect(deliveries.list('h1', 'dead', PAGE).items.map(({ id }) => id)).toEqual(['a', 'b'])
})

test('of the dead the newest are kept', () => {
  const { database, webhooks, deliveries } = openStores()
  using _ = database
  webhooks.save(createWebhook('h1'))
  const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000)
  deliveries.insert([3, 1, 2].map((minute) => createDelivery(`d${minute}`, { state: 'dead', nextAt: at(minute) })))
  deliveries.deleteOldDead('h1', 2)
  expect(deliveries.list('h1', 'dead', PAGE).items.map(({ id }) => id)).toEqual(['d2', 'd3'])
})
