import { describe, expect, test } from 'vitest'
import { DomainError } from '../../src/errors.ts'
import { createHarness, HTTPS, SOCKET } from './api-harness.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

interface BodyRow {
  readonly name: string
  readonly body?: RequestInit['body']
  readonly type?: string
  readonly length?: string
  readonly expected: number
  readonly code?: string
}

describe('every answer', () => {
  const paths = ['/livez', '/api/devices', '/api/nothing', '/nothing', '/api/devices/unknown', '/openapi.json']
  for (const path of paths) {
    test(`${path} forbids a browser everything and carries a request id`, async () => {
      const { headers } = await createHarness().call(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('permissions-policy')).toContain('camera=()')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(headers.get('x-request-id')).toMatch(UUID)
      expect(headers.has('access-control-allow-origin')).toBe(false)
    })
  }

  test('of the API is never stored', async () => {
    const { call } = createHarness()
    for (const path of ['/api/devices', '/api/health/logging', '/api/nothing']) {
      expect((await call(path)).headers.get('cache-control')).toBe('no-store')
    }
  })

  test("has a request id of our own, whatever the client's", async () => {
    const { headers } = await createHarness().call('/livez', { headers: { 'x-request-id': 'mine' } })
    expect(headers.get('x-request-id')).toMatch(UUID)
  })

  test('has the same request id in its header and its problem document', async () => {
    const { headers, body } = await createHarness().call('/api/nothing')
    expect(body).toMatchObject({ requestId: headers.get('x-request-id') })
  })
})

describe('HSTS', () => {
  for (const { name, url, publicHost, origin, expected } of [
    { name: 'is said on the public host', url: 'https://hub.example.com/livez', expected: 'max-age=31536000' },
    { name: 'is not said on another name', url: 'https://other.example.com/livez', expected: null },
    { name: 'is not said without TLS', url: 'http://hub.example.com/livez', origin: 'http' as const, expected: null },
    { name: 'is not said for localhost', url: 'https://localhost/livez', publicHost: 'localhost', expected: null },
    {
      name: 'is not said below localhost',
      url: 'https://hub.localhost/livez',
      publicHost: 'hub.localhost',
      expected: null,
    },
    { name: 'is not said for an address', url: 'https://192.0.2.1/livez', publicHost: '192.0.2.1', expected: null },
  ]) {
    test(name, async () => {
      const https = { serverNames: () => [], publicHost: publicHost ?? 'hub.example.com', httpsPort: 3000 }
      const answer = await createHarness({ https }).call(url, { origin: { ...HTTPS, surface: origin ?? 'https' } })
      expect(answer.headers.get('strict-transport-security')).toBe(expected)
    })
  }
})

describe('an unknown path', () => {
  test('under /api is 401 without a credential and 404 with one', async () => {
    const { call } = createHarness()
    expect(await call('/api/nothing', { as: 'nobody' })).toMatchObject({ status: 401 })
    expect(await call('/api/nothing')).toMatchObject({ status: 404, body: { code: 'not_found', status: 404 } })
  })

  test('elsewhere is 404', async () => {
    expect(await createHarness().call('/nothing', { as: 'nobody' })).toMatchObject({ status: 404 })
  })

  for (const path of ['//api/devices', '/api%2Fdevices', '/API/devices', '/api/devices/', '/api/devices/..%2ftokens']) {
    test(`${path} reaches no route`, async () => {
      const { call, calls } = createHarness()
      const { status } = await call(`https://hub.example.com${path}`)
      expect([400, 404]).toContain(status)
      expect(calls).toEqual([])
    })
  }

  test('a path with an encoded letter needs the credential that the plain one needs', async () => {
    const { call } = createHarness()
    expect(await call('https://hub.example.com/%61pi/devices', { as: 'nobody' })).toMatchObject({ status: 401 })
  })
})

describe('a known path with a wrong method', () => {
  for (const { method, path, allow } of [
    { method: 'PUT', path: '/api/devices', allow: 'POST, GET, HEAD' },
    { method: 'POST', path: '/api/devices/device-001', allow: 'GET, HEAD, PATCH, DELETE' },
    { method: 'PATCH', path: '/api/devices/certificates/device-001', allow: 'POST, GET, HEAD, DELETE' },
    { method: 'GET', path: '/api/devices/certificates/validate/AB', allow: 'POST' },
    { method: 'DELETE', path: '/livez', allow: 'GET, HEAD' },
    { method: 'OPTIONS', path: '/api/tokens', allow: 'POST, GET, HEAD' },
  ]) {
    test(`${method} ${path} is 405 and Allow names ${allow}`, async () => {
      const { call, calls } = createHarness()
      const answer = await call(path, { method })
      expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
      expect(answer.headers.get('allow')).toBe(allow)
      expect(calls).toEqual([])
    })
  }
})

describe('HEAD', () => {
  for (const path of ['/livez', '/api/devices', '/api/devices/certificates/device-001', '/pki/ca.pem']) {
    test(`${path} has the headers of GET and no body`, async () => {
      const { call } = createHarness()
      const [get, head] = [await call(path), await call(path, { method: 'HEAD' })]
      expect(head).toMatchObject({ status: 200, text: '' })
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
    })
  }
})

describe('a body', () => {
  const device = { deviceId: 'device-002' }
  const big = 'x'.repeat(1_048_577)
  const chunked = () => new Blob([big.slice(0, 600_000), big.slice(0, 600_000)]).stream()
  const bodies: readonly BodyRow[] = [
    { name: 'refused/malformed JSON', body: '{', type: 'application/json', expected: 400, code: 'bad_request' },
    { name: 'refused/an array', body: '[]', type: 'application/json', expected: 400, code: 'bad_request' },
    { name: 'refused/absent', type: 'application/json', expected: 400, code: 'bad_request' },
    { name: 'refused/text', body: '{}', type: 'text/plain', expected: 415, code: 'unsupported_media_type' },
    {
      name: 'refused/a form',
      body: 'a=b',
      type: 'application/x-www-form-urlencoded',
      expected: 415,
      code: 'unsupported_media_type',
    },
    {
      name: 'refused/without a type',
      body: new TextEncoder().encode('{}'),
      expected: 415,
      code: 'unsupported_media_type',
    },
    { name: 'refused/over 1 MiB', body: `"${big}"`, type: 'application/json', expected: 413, code: 'body_too_large' },
    {
      name: 'refused/over 1 MiB in chunks',
      body: chunked(),
      type: 'application/json',
      expected: 413,
      code: 'body_too_large',
    },
    {
      name: 'refused/declared over 1 MiB',
      body: '{}',
      type: 'application/json',
      length: '1048577',
      expected: 413,
      code: 'body_too_large',
    },
    {
      name: 'ok/JSON with a charset',
      body: JSON.stringify(device),
      type: 'application/json; charset=utf-8',
      expected: 201,
    },
    {
      name: 'ok/JSON in chunks',
      body: new Blob([JSON.stringify(device)]).stream(),
      type: 'application/json',
      expected: 201,
    },
    {
      name: 'ok/JSON of a declared length',
      body: JSON.stringify(device),
      type: 'application/json',
      length: '25',
      expected: 201,
    },
  ]
  for (const { name, expected, code, body, type, length } of bodies) {
    test(name, async () => {
      const { call, calls } = createHarness()
      const headers = {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(length === undefined ? {} : { 'content-length': length }),
      }
      const answer = await call('/api/devices', { method: 'POST', headers, body: body ?? null })
      expect(answer.status).toBe(expected)
      if (code) expect(answer.body).toMatchObject({ code })
      expect(calls).toHaveLength(code ? 0 : 1)
    })
  }

  test('that ends early is 400', async () => {
    const { call, calls } = createHarness()
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
    const headers = { 'content-type': 'application/json' }
    expect(await call('/api/devices', { method: 'POST', body, headers })).toMatchObject({ status: 400 })
    expect(calls).toEqual([])
  })

  test('with wrong and unknown fields is 400 and every field is named', async () => {
    const { call, calls } = createHarness()
    const json = { rules: [{ effect: 'maybe', actions: [], topicFilter: 'a', qos: 1 }], extra: true }
    const answer = await call('/api/policies/p', { method: 'PUT', json })
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } })
    const { errors } = answer.body as { errors: { path: string }[] }
    expect(errors.map(({ path }) => path).toSorted()).toEqual([
      'extra',
      'rules.0.actions',
      'rules.0.effect',
      'rules.0.qos',
    ])
    expect(calls).toEqual([])
  })
})

describe('an error', () => {
  test('that nobody expected is logged whole with the request id and answered empty', async () => {
    const health = {
      level(): string {
        throw new Error('the secret of the machine')
      },
    }
    const { call, lines } = createHarness({ health })
    const answer = await call('/api/health/logging')
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error', detail: '', title: 'Internal error' } })
    expect(answer.text).not.toContain('secret')
    expect(lines).toMatchObject([
      { level: 'error', requestId: answer.headers.get('x-request-id'), err: { message: 'the secret of the machine' } },
    ])
    expect(JSON.stringify(lines)).toContain('api.test.ts')
  })

  test('that the database explains is told by its name', async () => {
    const health = {
      level(): string {
        throw new Error('SQLITE_BUSY')
      },
    }
    const explainFailure = (error: Error) => new DomainError('file_unreachable', 'hub.db is locked', { cause: error })
    const { call, lines } = createHarness({ health, explainFailure })
    const answer = await call('/api/health/logging')
    expect(answer).toMatchObject({ status: 503, body: { code: 'file_unreachable', detail: 'hub.db is locked' } })
    expect(lines).toMatchObject([{ level: 'error', err: { message: 'SQLITE_BUSY' } }])
  })
})

test('hub.sock is the administrator without a token', async () => {
  const { call, refusals } = createHarness()
  expect(await call('/api/tokens', { as: 'nobody', origin: SOCKET })).toMatchObject({ status: 200 })
  expect(refusals).toEqual([])
})
