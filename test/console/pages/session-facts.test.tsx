import { expect, test } from 'vitest'
import type { SessionAnswer } from '../../../src/console/pages/sessions/session-answers.ts'
import { SessionFacts } from '../../../src/console/pages/sessions/session-facts.tsx'
import { drawInDocument } from '../../support/console/console-scene.tsx'

const AT = '2026-11-22T12:00:00.000Z'
const PLAIN: SessionAnswer = {
  clientId: 'lamp',
  identity: { kind: 'anonymous', id: '_anonymous' },
  connected: true,
  connectedAt: AT,
  address: '127.0.0.1',
  surface: 'mqtt',
  protocolVersion: 3,
  keepAlive: 0,
  fingerprint: null,
  tls: null,
  willTopic: 'lamp/gone',
  cleanSession: true,
  subscriptions: [],
  queued: { messages: 0, bytes: 0 },
  inFlight: 0,
  messages: { received: 0, sent: 0 },
  expiresAt: null,
}

test('of a connection in the clear every fact says what it is not', () => {
  using scene = drawInDocument(<SessionFacts session={PLAIN} />)
  for (const fact of ['nobody in particular', 'MQTT 3.1', 'Off', 'None: the connection is in the clear', 'lamp/gone']) {
    expect(scene.text()).toContain(fact)
  }
  expect(scene.text()).toContain('None was shown')
})

test('of a service that is away it tells when its session ends', () => {
  const identity = { kind: 'service', id: 'backend' } as const
  const away = { ...PLAIN, identity, connected: false, connectedAt: null, cleanSession: false }
  using scene = drawInDocument(<SessionFacts session={{ ...away, expiresAt: AT }} />)
  expect(scene.text()).toContain('service backend')
  using forever = drawInDocument(<SessionFacts session={away} />)
  expect(forever.text()).toContain('When it is dropped')
})
