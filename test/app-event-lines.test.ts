import { expect, test } from 'vitest'
import { logEvents } from '../src/app-event-lines.ts'
import { EventFeed, type HubEvents, type HubEventType } from '../src/events.ts'
import { createLogger } from '../src/logger.ts'
import { LogSink } from './support/log-sink.ts'

function listen() {
  const log = new LogSink()
  const events = new EventFeed()
  const listening = logEvents(events, createLogger({ level: 'debug', format: 'json', stream: log }))
  return { log, events, listening }
}

const NAMED = { kind: 'device', id: 'pump' } as const
const SUSPICION = { sign: 'key_reuse', action: 'told', evidence: {} } as const

test('an event is one line, that names whom it is about as every line does', () => {
  const { log, events } = listen()
  const happenings = {
    'authority.rotated': { fingerprint: 'AA', previous: 'BB' },
    'certificate.issued': { ...NAMED, fingerprint: 'AA', renews: 'BB' },
    'certificate.revoked': { kind: 'service', id: 'backend', fingerprint: 'AA', reason: 'superseded' },
    'claim.used': { id: 'c1', deviceId: 'pump' },
    'enrolment.requested': { ...NAMED, enrolment: 'e1', address: '192.0.2.1' },
    'events.lost': { count: 3 },
    'identity.compromise_suspected': { ...NAMED, ...SUSPICION },
    'rotation.changed': { id: 'r1', state: 'paused' },
    'webhook.dead_lettered': { webhook: 'w1', name: 'siren', delivery: 'd1', event: 'a.b' },
  } satisfies Partial<HubEvents>
  for (const [type, event] of Object.entries(happenings)) events.publish(type as HubEventType, event as never)
  expect(log.lines.map(({ time: _, ...line }) => line)).toEqual([
    { level: 'info', component: 'ca', msg: 'CA rotated', fingerprint: 'AA', previous: 'BB' },
    {
      level: 'info',
      component: 'registry',
      msg: 'Certificate issued',
      deviceId: 'pump',
      fingerprint: 'AA',
      renews: 'BB',
    },
    {
      level: 'info',
      component: 'registry',
      msg: 'Certificate revoked',
      serviceName: 'backend',
      fingerprint: 'AA',
      reason: 'superseded',
    },
    { level: 'info', component: 'registry', msg: 'Claim used', deviceId: 'pump', claim: 'c1' },
    {
      level: 'info',
      component: 'registry',
      msg: 'Enrolment requested',
      deviceId: 'pump',
      enrolment: 'e1',
      address: '192.0.2.1',
    },
    { level: 'warn', component: 'events', msg: 'Events were lost', count: 3 },
    { level: 'warn', component: 'registry', msg: 'A key may be in two hands', deviceId: 'pump', ...SUSPICION },
    { level: 'info', component: 'registry', msg: 'Rotation changed', rotation: 'r1', state: 'paused' },
    {
      level: 'warn',
      component: 'webhooks',
      msg: 'Delivery given up',
      webhook: 'w1',
      name: 'siren',
      delivery: 'd1',
      event: 'a.b',
    },
  ])
})

test('what the part that knows more of it writes itself is not written twice', () => {
  const { log, events } = listen()
  events.publish('device.connected', { ...NAMED, clientId: 'pump', address: '192.0.2.1' })
  events.publish('connection.refused', { surface: 'mqtts', cause: 'tls_missing', address: '192.0.2.1' })
  expect(log.lines).toEqual([])
})

test('nothing is written after the end', () => {
  const { log, events, listening } = listen()
  listening[Symbol.dispose]()
  events.publish('events.lost', { count: 1 })
  expect(log.lines).toEqual([])
})
