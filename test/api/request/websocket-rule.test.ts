import { describe, expect, test } from 'vitest'
import { isWebSocketRequest, judgeWebSocket } from '../../../src/api/request/websocket-rule.ts'

const HTTPS = { serverNames: () => ['localhost', 'hub.local', '::1'], publicHost: 'hub.example.com', httpsPort: 3000 }
const OFFER = {
  subProtocols: ['mqtt', 'mqttv3.1'],
  allowedOrigins: ['https://app.example.com', 'capacitor://localhost'],
}
const ASKING: Readonly<Record<string, string>> = {
  connection: 'keep-alive, Upgrade',
  upgrade: 'WebSocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'mqtt',
}

interface Row {
  readonly expected: ReturnType<typeof judgeWebSocket>
  readonly name: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly isSecure?: boolean
  readonly httpsPort?: number
}

const ORIGINS: readonly Row[] = [
  ...['https://localhost:3000', 'https://127.0.0.1:3000', 'https://[::1]:3000', 'https://HUB.local:3000'],
  ...['https://hub.example.com:3000', 'https://app.example.com', 'capacitor://localhost'],
].map((origin) => ({ name: `the origin ${origin}`, headers: { origin }, expected: 'accepted' }))

const FOREIGN_ORIGINS: readonly Row[] = [
  ...['https://evil.example:3000', 'https://hub.example.com', 'https://hub.example.com:3001', 'http://localhost:3000'],
  ...['https://hub.example.com.evil.example:3000', 'https://hub.example.com:3000@evil.example', 'wss://localhost:3000'],
  ...[
    'https://app.example.com:3000',
    'http://app.example.com',
    'https://app.example.com.evil.example',
    'null',
    '',
    '*',
  ],
  'https://hub.example.com:3000, https://evil.example',
].map((origin) => ({
  name: `the origin ${JSON.stringify(origin)}`,
  headers: { origin },
  expected: 'origin_not_allowed',
}))

const ROWS: readonly Row[] = [
  { name: 'no origin, as programs send none', expected: 'accepted' },
  ...ORIGINS,
  ...FOREIGN_ORIGINS,
  {
    name: 'the origin of a hub at the port of HTTPS',
    headers: { origin: 'https://hub.example.com' },
    httpsPort: 443,
    expected: 'accepted',
  },
  { name: 'no TLS', isSecure: false, expected: 'not_asked_for' },
  { name: 'no upgrade', headers: { upgrade: undefined }, expected: 'not_asked_for' },
  { name: 'another upgrade', headers: { upgrade: 'h2c' }, expected: 'not_asked_for' },
  { name: 'no connection', headers: { connection: undefined }, expected: 'not_asked_for' },
  { name: 'another connection', headers: { connection: 'keep-alive' }, expected: 'not_asked_for' },
  // RFC 6455 §4.4; the drafts before it have another header for the origin.
  { name: 'version 8', headers: { 'sec-websocket-version': '8' }, expected: 'not_asked_for' },
  { name: 'no key', headers: { 'sec-websocket-key': undefined }, expected: 'malformed' },
  { name: 'a short key', headers: { 'sec-websocket-key': 'c2hvcnQ=' }, expected: 'malformed' },
  { name: 'several sub-protocols', headers: { 'sec-websocket-protocol': 'a,mqttv3.1 , b' }, expected: 'accepted' },
  { name: 'a sub-protocol twice', headers: { 'sec-websocket-protocol': 'mqtt, mqtt' }, expected: 'malformed' },
  {
    name: 'a sub-protocol that is no token',
    headers: { 'sec-websocket-protocol': 'mqtt, a b' },
    expected: 'malformed',
  },
  { name: 'a list with a hole', headers: { 'sec-websocket-protocol': 'mqtt,,' }, expected: 'malformed' },
  { name: 'no sub-protocol', headers: { 'sec-websocket-protocol': undefined }, expected: 'sub_protocol_missing' },
  // They are compared case-sensitively: RFC 6455 §4.2.2
  { name: 'MQTT in capitals', headers: { 'sec-websocket-protocol': 'MQTT' }, expected: 'sub_protocol_missing' },
]

describe('a request for a WebSocket', () => {
  for (const { name, expected, headers, isSecure = true, httpsPort = 3000 } of ROWS) {
    test(`${expected}: ${name}`, () => {
      const all = { ...ASKING, ...headers }
      const header = (field: string): string | undefined => all[field]
      expect(judgeWebSocket({ isSecure, header }, { ...HTTPS, httpsPort }, OFFER)).toBe(expected)
    })
  }

  test('of a hub without a public host knows the names of its certificate', () => {
    const header = (field: string): string | undefined => ({ ...ASKING, origin: 'https://hub.local:3000' })[field]
    const https = { ...HTTPS, publicHost: undefined }
    expect(judgeWebSocket({ isSecure: true, header }, https, OFFER)).toBe('accepted')
  })
})

describe('a request as Node reads it leaves HTTP', () => {
  for (const { name, request, surface = 'https', expected } of [
    { name: 'as a GET of the path', request: {}, expected: true },
    { name: 'whatever its query', request: { url: '/mqtt?a=/b' }, expected: true },
    { name: 'not as another method', request: { method: 'POST' }, expected: false },
    { name: 'not below the path', request: { url: '/mqtt/' }, expected: false },
    { name: 'not without a path', request: { url: undefined }, expected: false },
    { name: 'not without TLS', request: {}, surface: 'http' as const, expected: false },
    { name: 'not over hub.sock', request: {}, surface: 'socket' as const, expected: false },
    { name: 'not as a stranger’s page', request: { headers: { ...ASKING, origin: 'null' } }, expected: false },
  ]) {
    test(name, () => {
      const asked = { method: 'GET', url: '/mqtt', headers: ASKING, ...request }
      // exactOptionalPropertyTypes: Node declares these as absent, not as undefined.
      const { url, ...rest } = asked
      const message = url === undefined ? rest : { ...rest, url }
      expect(isWebSocketRequest(message, { surface }, HTTPS, OFFER)).toBe(expected)
    })
  }
})
