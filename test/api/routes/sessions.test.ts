import { describe, expect, test } from 'vitest'
import { type Call, createHarness, NOW } from '../api-harness.ts'
import { FINGERPRINT } from '../registry-double.ts'

const AT = NOW.toISOString()
const LIVE = {
  clientId: 'device-001',
  identity: { kind: 'device', id: 'device-001', userId: 'user-1' },
  connected: true,
  connectedAt: AT,
  address: '192.0.2.7',
  surface: 'mqtts',
  protocolVersion: 4,
  keepAlive: 60,
  fingerprint: FINGERPRINT,
  tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  willTopic: 'a/gone',
  cleanSession: true,
  subscriptions: [{ topicFilter: 'a/#', qos: 1 }],
  queued: { messages: 2, bytes: 20 },
  inFlight: 1,
  messages: { received: 3, sent: 4 },
  expiresAt: null,
}
const STORED = {
  ...LIVE,
  clientId: 'backend/1',
  identity: { kind: 'service', id: 'backend' },
  connected: false,
  connectedAt: null,
  address: null,
  surface: null,
  protocolVersion: null,
  keepAlive: null,
  fingerprint: null,
  tls: null,
  willTopic: null,
  cleanSession: false,
  expiresAt: AT,
}
const BAN = { cause: 'banned', identity: { kind: 'service', id: 's' }, clientId: 'a', since: AT, until: AT }
const FLAPPING = { ...BAN, cause: 'flapping', identity: { kind: 'device', id: 'b' }, clientId: null }
const MESSAGE = { topic: 'a/b', payload: Buffer.from('Привет'), qos: 0, retain: false }
const publish = { method: 'POST', path: '/api/publish', status: 202 } as const

interface Row extends Pick<Call, 'method' | 'json' | 'as'> {
  readonly path: string
  readonly status: number
  readonly body?: unknown
  readonly calls?: readonly unknown[]
}

const ROWS: readonly Row[] = [
  {
    path: '/api/sessions',
    status: 200,
    body: { items: [STORED, LIVE], nextCursor: null },
    calls: [['sessions.clientIds', {}]],
  },
  {
    path: '/api/sessions?q=dev&state=connected&limit=1',
    status: 200,
    body: { items: [STORED], nextCursor: Buffer.from('backend/1').toString('base64url') },
    calls: [['sessions.clientIds', { search: 'dev', state: 'connected' }]],
  },
  {
    path: '/api/sessions?deviceId=device-001',
    status: 200,
    calls: [['sessions.clientIds', { holder: { kind: 'device', id: 'device-001' } }]],
  },
  {
    path: '/api/sessions?deviceId=backend&kind=service&state=connected',
    status: 200,
    calls: [['sessions.clientIds', { state: 'connected', holder: { kind: 'service', id: 'backend' } }]],
  },
  { path: '/api/sessions?deviceId=a&kind=user', status: 400 },
  { path: '/api/sessions?state=gone', status: 400 },
  { path: '/api/sessions/backend%2F1', status: 200, body: STORED },
  { path: '/api/sessions/stranger', status: 404 },
  {
    method: 'DELETE',
    path: '/api/sessions/backend%2F1',
    status: 204,
    calls: [['sessions.disconnect', 'backend/1', undefined]],
  },
  {
    method: 'DELETE',
    path: '/api/sessions/device-001?ban=5m',
    status: 204,
    calls: [['sessions.disconnect', 'device-001', 300]],
  },
  { method: 'DELETE', path: '/api/sessions/device-001?ban=25h', status: 400 },
  { method: 'DELETE', path: '/api/sessions/device-001', as: 'auditor', status: 403 },
  {
    path: '/api/bans',
    as: 'auditor',
    status: 200,
    body: {
      items: [
        { id: 'client:a', ...BAN },
        { id: 'device:b', ...FLAPPING },
      ],
      nextCursor: null,
    },
  },
  { method: 'DELETE', path: '/api/bans/client%3Aa', status: 204, calls: [['bans.lift', 'client:a']] },
  { method: 'DELETE', path: '/api/bans/client%3Aa', as: 'auditor', status: 403 },
  { ...publish, json: { topicName: 'a/b', payload: 'Привет' }, calls: [['publish', MESSAGE]] },
  {
    ...publish,
    as: 'operator',
    json: { topicName: 'a/b', payload: 'AP8=', encoding: 'base64', qos: 2, retain: true },
    calls: [['publish', { topic: 'a/b', payload: Buffer.from([0, 255]), qos: 2, retain: true }]],
  },
  { ...publish, json: { topicName: 'a', payload: 'AP8', encoding: 'base64' }, status: 400 },
  { ...publish, json: { topicName: 'a', payload: '', qos: 3 }, status: 400 },
  { ...publish, json: { topicName: 'a' }, status: 400 },
  { ...publish, json: { topicName: 'a', payload: '', topic: 'b' }, status: 400 },
  { ...publish, as: 'auditor', json: { topicName: 'a', payload: '' }, status: 403 },
]

describe('the API of sessions, bans and messages', () => {
  for (const { path, status, body, calls = [], ...init } of ROWS) {
    const { method = 'GET', as = 'admin', json } = init
    test(`${method} ${path} ${json === undefined ? '' : `${JSON.stringify(json)} `}as ${as} is ${status}`, async () => {
      const { call, brokerCalls } = createHarness()
      const answer = await call(path, init)
      expect(answer.status).toBe(status)
      if (body !== undefined) expect(answer.body).toEqual(body)
      expect(brokerCalls).toEqual(calls)
    })
  }
})
