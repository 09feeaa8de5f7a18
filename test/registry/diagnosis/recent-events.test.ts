import { expect, test } from 'vitest'
import { EventFeed } from '../../../src/events.ts'
import { recordEvents } from '../../../src/registry/diagnosis/recent-events.ts'
import { NOON } from '../registry-scene.ts'

const PUMP = { kind: 'device', id: 'pump' } as const

test('what a device did is told newest first, and apart from a service of the same id', () => {
  const feed = new EventFeed()
  const recent = recordEvents(feed, () => NOON)
  feed.publish('device.connected', { ...PUMP, clientId: 'pump:1', address: '10.0.0.1' })
  feed.publish('identity.suspended', PUMP)
  feed.publish('device.disconnected', { ...PUMP, clientId: 'pump:1', reason: 'device suspended' })
  feed.publish('identity.resumed', PUMP)
  feed.publish('device.left', { ...PUMP, address: '10.0.0.2' })
  feed.publish('identity.resumed', { kind: 'service', id: 'pump' })
  expect(recent.listOf('device', 'pump')).toEqual([
    { at: NOON, number: 5, event: 'left', address: '10.0.0.2', reason: expect.stringContaining('without a CONNECT') },
    { at: NOON, number: 4, event: 'resumed' },
    { at: NOON, number: 3, event: 'disconnected', clientId: 'pump:1', reason: 'device suspended' },
    { at: NOON, number: 2, event: 'suspended' },
    { at: NOON, number: 1, event: 'connected', clientId: 'pump:1', address: '10.0.0.1' },
  ])
  expect(recent.listOf('service', 'pump')).toMatchObject([{ event: 'resumed' }])
})

test('it is bounded: a hundred of each, and fewer where so many are told of', () => {
  const feed = new EventFeed()
  const recent = recordEvents(feed, () => NOON)
  for (let count = 0; count < 101; count++) feed.publish('identity.suspended', PUMP)
  expect(recent.listOf('device', 'pump')).toHaveLength(100)
  const few = recordEvents(feed, () => NOON, { capacity: 2, capacityPerSubject: 2 })
  for (const id of ['a', 'b', 'c']) feed.publish('identity.suspended', { kind: 'device', id })
  expect(['a', 'b', 'c'].map((id) => few.listOf('device', id).length)).toEqual([0, 1, 1])
})
