import { createSecureContext } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { forwardedHeaders } from '../../../src/api/proxy/forwarded-request.ts'
import { HTTPS } from '../api-harness.ts'

const ROUTE = { path: '/app', backend: { host: 'backend.internal', port: 8080 }, keepPrefix: false }
const SAID_BY_US = {
  host: 'backend.internal:8080',
  via: ['1.1 signet'],
  'x-forwarded-for': '192.0.2.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'hub.example.com',
  'x-forwarded-prefix': '/app',
}

type Lines = Readonly<Record<string, string[]>>

function forward(lines: Lines, route: Partial<Parameters<typeof forwardedHeaders>[1]['route']> = {}) {
  const headersDistinct = { host: ['hub.example.com'], ...lines }
  const headers = Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, values.join(', ')]))
  const request = { httpVersion: '1.1', headers: { ...headers, host: 'hub.example.com' }, headersDistinct }
  return forwardedHeaders(request, { route: { ...ROUTE, ...route }, origin: HTTPS, pseudonym: 'signet' })
}

describe('a header of the client', () => {
  for (const { name, lines, expected } of [
    { name: 'is forwarded in all its lines', lines: { x: ['1', '2'] }, expected: { x: ['1', '2'] } },
    { name: 'Connection ends here', lines: { connection: ['close'] }, expected: {} },
    {
      name: 'ends here where Connection names it',
      lines: {
        connection: ['keep-alive, X-Hop', 'x-other'],
        'keep-alive': ['timeout=5'],
        'x-hop': ['1'],
        'x-other': ['2'],
      },
      expected: {},
    },
    {
      name: 'ends here where it is for one hop alone',
      lines: {
        te: ['trailers'],
        trailer: ['x'],
        upgrade: ['h2c'],
        'http2-settings': ['AAMAAABkAAQAAP__'],
        'proxy-connection': ['keep-alive'],
        'proxy-authorization': ['Basic eDp5'],
        expect: ['100-continue'],
      },
      expected: {},
    },
    {
      name: 'does not take our own from the backend where Connection names them',
      lines: { connection: ['host, x-forwarded-for, via, content-length'], 'content-length': ['3'] },
      expected: { 'content-length': '3' },
    },
    {
      name: 'is not believed where it says what we say',
      lines: {
        forwarded: ['for=10.0.0.1'],
        'x-forwarded-for': ['10.0.0.1'],
        'x-forwarded-proto': ['http'],
        'x-forwarded-host': ['evil.example'],
        'x-forwarded-prefix': ['/evil'],
        'x-forwarded-port': ['1'],
        'x-forwarded': ['for=10.0.0.1'],
        'x-real-ip': ['10.0.0.1'],
        // CGI and its heirs
        x_forwarded_for: ['10.0.0.1'],
        'x-forwarded_host': ['evil.example'],
      },
      expected: {},
    },
    {
      name: 'Authorization is kept from the backend where it holds a token of ours',
      lines: { authorization: ['Bearer sgn_a_b', 'bearer  SGN_a_b', ' Bearer sgn_a_b'] },
      expected: {},
    },
    {
      name: "Authorization is the backend's else",
      lines: { authorization: ['Bearer theirs', 'Basic c2duXw=='] },
      expected: { authorization: ['Bearer theirs', 'Basic c2duXw=='] },
    },
    {
      name: 'Cookie loses our own',
      lines: { cookie: ['a=1; __Host-signet=secret', '__host-SIGNET=secret;b="2"'] },
      expected: { cookie: ['a=1; b="2"'] },
    },
    { name: 'Cookie goes where nothing is left of it', lines: { cookie: ['__Host-signet=secret;'] }, expected: {} },
    {
      name: 'a chunked body stays one',
      lines: { 'transfer-encoding': ['chunked'] },
      expected: { 'transfer-encoding': 'chunked' },
    },
    {
      name: 'has any name',
      lines: { __proto__x: ['1'], constructor: ['2'] },
      expected: { __proto__x: ['1'], constructor: ['2'] },
    },
  ] as readonly { readonly name: string; readonly lines: Lines; readonly expected: object }[]) {
    test(name, () => expect(forward(lines)).toEqual({ ...SAID_BY_US, ...expected }))
  }

  test('Via keeps who came before us: RFC 9110 §7.6.3', () => {
    expect(forward({ via: ['1.0 front'] })).toMatchObject({ via: ['1.0 front', '1.1 signet'] })
  })
})

test('a backend that sees the whole path is told of no prefix', () => {
  expect(forward({}, { keepPrefix: true })).not.toHaveProperty('x-forwarded-prefix')
})

describe('Host', () => {
  for (const { backend, expected } of [
    { backend: { host: 'a', port: 80 }, expected: 'a' },
    { backend: { host: 'a', port: 443 }, expected: 'a:443' },
    { backend: { host: 'a', port: 443, secureContext: createSecureContext() }, expected: 'a' },
    { backend: { host: 'a', port: 80, secureContext: createSecureContext() }, expected: 'a:80' },
    { backend: { host: '::1', port: 8080 }, expected: '[::1]:8080' },
  ]) {
    test(`is ${expected}`, () => expect(forward({}, { backend })['host']).toBe(expected))
  }
})
