import { expect, test } from 'vitest'
import { BoundReports } from '../../src/broker/bound-reports.ts'
import { EventFeed } from '../../src/events.ts'
import { createLogger } from '../../src/logger.ts'
import { LogSink } from '../support/log-sink.ts'

function createScene() {
  const log = new LogSink()
  const events = new EventFeed()
  const told: unknown[] = []
  events.subscribe('message.dropped', (event) => told.push(event))
  events.subscribe('limit.reached', (event) => told.push(event))
  const reports = new BoundReports({ events, logger: createLogger({ level: 'info', format: 'json', stream: log }) })
  return { reports, told, lines: () => log.lines.map(({ msg, reason, count }) => [msg, reason, count]) }
}

test('messages that are lost are told in one event and one line a minute', () => {
  const { reports, told, lines } = createScene()
  for (let lost = 0; lost < 100; lost++) reports.lost('queue_messages', 'device-001', 1)
  reports.lost('session_expiry', 'device-002', 12)
  reports.sweep()
  expect(told).toEqual([
    { reason: 'queue_messages', clientId: 'device-001', count: 1 },
    { reason: 'session_expiry', clientId: 'device-002', count: 12 },
    { reason: 'queue_messages', clientId: 'device-001', count: 99 },
  ])
  expect(lines()).toEqual([
    ['Messages were lost to a bound', 'queue_messages', 1],
    ['Messages were lost to a bound', 'session_expiry', 12],
    ['Messages were lost to a bound', 'queue_messages', 99],
  ])
})

test('of what was owed to nobody nobody is told', () => {
  const { reports, told, lines } = createScene()
  reports.lost('backlog', 'device-001', 1)
  reports.lost('policy', 'device-001', 1)
  reports.sweep()
  expect([told, lines()]).toEqual([[], []])
})

test('limits that are reached are counted each time, and told once a minute', () => {
  const { reports, told } = createScene()
  for (let pause = 0; pause < 5; pause++) reports.reached('messages_per_second', 'device:device-001')
  reports.reached('store_bytes', 'mqtt.db')
  reports.sweep()
  expect(told).toEqual([
    { limit: 'messages_per_second', subject: 'device:device-001', count: 1 },
    { limit: 'store_bytes', subject: 'mqtt.db', count: 1 },
    { limit: 'messages_per_second', subject: 'device:device-001', count: 4 },
  ])
  expect(reports.totals()).toEqual({
    bytes_per_second: 0,
    flapping_connects: 0,
    messages_per_second: 5,
    store_bytes: 1,
  })
})
