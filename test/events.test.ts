import { expect, test } from 'vitest'
import { EventFeed, type HubEvents } from '../src/events.ts'

const ISSUED: HubEvents['certificate.issued'] = { kind: 'device', id: 'd1', fingerprint: 'AA' }
const REFUSED: HubEvents['connection.refused'] = { surface: 'mqtts', cause: 'issuer_unknown', address: '10.0.0.1' }

test('an event is handed to everyone who listens to its type, before publish returns, in the order they came', () => {
  const feed = new EventFeed()
  const heard: unknown[] = []
  feed.subscribe('certificate.issued', (event) => heard.push(['first', event]))
  feed.subscribe('certificate.issued', (event) => heard.push(['second', event]))
  feed.subscribe('connection.refused', (event) => heard.push(['other', event]))
  feed.publish('certificate.issued', ISSUED)
  expect(heard).toEqual([
    ['first', ISSUED],
    ['second', ISSUED],
  ])
})

test('an event that nobody listens to goes nowhere', () => {
  expect(() => new EventFeed().publish('connection.refused', REFUSED)).not.toThrow()
})

test('who stops listening hears no more, and may stop twice', () => {
  const feed = new EventFeed()
  const heard: string[] = []
  const subscription = feed.subscribe('certificate.issued', () => heard.push('gone'))
  feed.subscribe('certificate.issued', () => heard.push('there'))
  subscription[Symbol.dispose]()
  subscription[Symbol.dispose]()
  feed.publish('certificate.issued', ISSUED)
  expect(heard).toEqual(['there'])
})

test('who stops listening while an event is handed out takes nothing from the others', () => {
  const feed = new EventFeed()
  const heard: string[] = []
  const subscription = feed.subscribe('certificate.issued', () => {
    heard.push('once')
    subscription[Symbol.dispose]()
  })
  feed.subscribe('certificate.issued', () => heard.push('always'))
  feed.publish('certificate.issued', ISSUED)
  feed.publish('certificate.issued', ISSUED)
  expect(heard).toEqual(['once', 'always', 'always'])
})

test("a listener's error reaches the publisher", () => {
  const feed = new EventFeed()
  feed.subscribe('certificate.issued', () => {
    throw new Error('broken listener')
  })
  expect(() => feed.publish('certificate.issued', ISSUED)).toThrow('broken listener')
})
