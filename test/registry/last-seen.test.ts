import { expect, test } from 'vitest'
import { EventFeed } from '../../src/events.ts'
import { createLastSeen } from '../../src/registry/last-seen.ts'

const KEPT = new Date('2026-03-01T11:00:00.000Z')
const NOW = new Date('2026-03-01T12:00:00.000Z')

test('when a device was seen is what is kept of it until it comes or goes', () => {
  const events = new EventFeed()
  using lastSeen = createLastSeen([['a', KEPT]], events, () => NOW)
  expect(lastSeen.of('a')).toEqual(KEPT)
  expect(lastSeen.of('b')).toBeUndefined()
  events.publish('device.connected', { kind: 'device', id: 'a', clientId: 'a', address: '192.0.2.7' })
  events.publish('device.disconnected', { kind: 'device', id: 'b', clientId: 'b', reason: 'normal' })
  events.publish('device.connected', { kind: 'service', id: 's', clientId: 's', address: '192.0.2.7' })
  expect(lastSeen.of('a')).toEqual(NOW)
  expect(lastSeen.of('b')).toEqual(NOW)
  expect(lastSeen.of('s')).toBeUndefined()
})

test('who is not asked any more hears nothing more', () => {
  const events = new EventFeed()
  const lastSeen = createLastSeen([], events, () => NOW)
  lastSeen[Symbol.dispose]()
  events.publish('device.disconnected', { kind: 'device', id: 'b', clientId: 'b', reason: 'normal' })
  expect(lastSeen.of('b')).toBeUndefined()
})

test('of more than 200,000 the one that was not seen for longest is forgotten', () => {
  const events = new EventFeed()
  const kept = Array.from({ length: 200_000 }, (_, index) => [`kept-${index}`, KEPT] as const)
  using lastSeen = createLastSeen(kept, events, () => NOW)
  for (const id of ['kept-0', 'new']) {
    events.publish('device.connected', { kind: 'device', id, clientId: id, address: '192.0.2.7' })
  }
  expect(lastSeen.of('kept-0')).toEqual(NOW)
  expect(lastSeen.of('kept-1')).toBeUndefined()
  expect(lastSeen.of('kept-2')).toEqual(KEPT)
  expect(lastSeen.of('new')).toEqual(NOW)
})
