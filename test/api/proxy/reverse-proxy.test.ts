import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createSecureContext } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { RequestOrigin } from '../../../src/api/request/request-origin.ts'
import { type Backend, startBackend, startRawBackend } from '../../support/backend.ts'
import { HTTPS } from '../api-harness.ts'
import { openProxyScene, routeTo } from './proxy-scene.ts'

const HTTP: RequestOrigin = { ...HTTPS, surface: 'http' }

/** Tells what it was asked. */
const echo = (): Promise<Backend> =>
  startBackend(async (request, response) => {
    const { method, url, headers } = request
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ method, url, headers, body: await text(request) }))
  })

describe('a request', () => {
  test('reaches the backend with its method, the path without the prefix, its headers and its body', async () => {
    await using backend = await echo()
    await using scene = await openProxyScene([routeTo(backend)])
    const answer = await scene.ask('/app/things?q=%2F&r=..', {
      method: 'PUT',
      body: 'a body',
      headers: { 'content-type': 'text/plain', 'content-length': 6, host: 'localhost:3000' },
    })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({
      method: 'PUT',
      url: '/things?q=%2F&r=..',
      headers: {
        'content-type': 'text/plain',
        'content-length': '6',
        connection: 'close',
        host: `127.0.0.1:${backend.port}`,
        via: expect.stringMatching(/^1\.1 signet-[0-9a-f-]{36}$/),
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'localhost:3000',
        'x-forwarded-prefix': '/app',
      },
      body: 'a body',
    })
  })

  test('for a path of no route is ours', async () => {
    await using backend = await echo()
    await using scene = await openProxyScene([routeTo(backend)])
    for (const path of ['/', '/apple', '/App', '/%61pp', '//app', '/x/../app/y']) {
      expect(await scene.ask(path)).toMatchObject({ status: 200, body: 'our own' })
    }
  })

  test('with a chunked body is forwarded chunked, one without a body without one', async () => {
    await using backend = await echo()
    await using scene = await openProxyScene([routeTo(backend)])
    const chunked = await scene.ask('/app', {
      method: 'DELETE',
      body: 'x',
      headers: { 'transfer-encoding': 'chunked' },
    })
    expect(JSON.parse(chunked.body)).toMatchObject({ body: 'x', headers: { 'transfer-encoding': 'chunked' } })
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      const { headers } = JSON.parse((await scene.ask('/app', { method })).body)
      expect(Object.keys(headers)).not.toContain('transfer-encoding')
    }
  })
})

describe('an answer', () => {
  test('comes with its status, its headers and its body, in a sandbox', async () => {
    await using backend = await startBackend((_request, response) => {
      response.writeHead(418, 'Short and stout', {
        'x-tea': ['green', 'black'],
        'content-security-policy': "default-src 'self'",
        'set-cookie': ['tea=1', '__Host-signet=stolen', ' __host-SIGNET=stolen; Path=/', '=__Host-signet=stolen'],
        'strict-transport-security': 'max-age=1',
        connection: 'x-hop, close',
        'x-hop': '1',
      })
      response.end('tea')
    })
    await using scene = await openProxyScene([routeTo(backend)])
    const { status, headers, body } = await scene.ask('/app')
    expect({ status, body }).toEqual({ status: 418, body: 'tea' })
    expect(headers).toMatchObject({
      'x-tea': ['green', 'black'],
      'content-security-policy': ["default-src 'self'", 'sandbox allow-scripts allow-forms'],
      'set-cookie': ['tea=1'],
    })
    expect(Object.keys(headers)).not.toContain('x-hop')
    expect(Object.keys(headers)).not.toContain('strict-transport-security')
  })

  test('of a trusted backend is in no sandbox', async () => {
    await using backend = await echo()
    await using scene = await openProxyScene([routeTo(backend, { trusted: true })])
    expect(Object.keys((await scene.ask('/app')).headers)).not.toContain('content-security-policy')
  })

  test('streams both ways: each part arrives before the next is sent', async () => {
    await using backend = await startBackend((request, response) => {
      response.flushHeaders()
      request.on('data', (chunk) => response.write(`seen ${chunk}`))
      request.on('end', () => response.end())
    })
    await using scene = await openProxyScene([routeTo(backend)])
    const outgoing = requestHttp({ port: scene.port, host: '127.0.0.1', path: '/app', method: 'POST', agent: false })
    outgoing.flushHeaders()
    const [answer]: IncomingMessage[] = await once(outgoing, 'response')
    for (const part of ['one', 'two', 'three']) {
      outgoing.write(part)
      const [chunk] = await once(answer as IncomingMessage, 'data')
      expect(String(chunk)).toBe(`seen ${part}`)
    }
    outgoing.end()
    await once(answer as IncomingMessage, 'end')
  })
})

describe('HTTP as it may also be', () => {
  test('requests that do not wait for each other are answered in their order', async () => {
    await using backend = await startBackend((request, response) => {
      // The first answer is ready after the second.
      if (request.url === '/1') second.promise.then(() => response.end('first'))
      else response.end('second', () => second.resolve())
    })
    const second = Promise.withResolvers<void>()
    await using scene = await openProxyScene([routeTo(backend)])
    const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`
    const answer = await scene.send(`${get('/app/1')}${get('/app/2')}${get('/own', 'connection: close\r\n')}`)
    expect(answer).toMatch(/first[\s\S]*second[\s\S]*our own/)
  })

  test('one that would follow an answer with a WebSocket gets an answer', async () => {
    await using backend = await echo()
    await using scene = await openProxyScene([routeTo(backend)])
    const upgrade = 'connection: upgrade, close\r\nupgrade: websocket\r\n'
    const answer = await scene.send(
      `GET /app/1 HTTP/1.1\r\nhost: localhost\r\n\r\nGET /app/2 HTTP/1.1\r\nhost: localhost\r\n${upgrade}\r\n`,
    )
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  })

  test('an answer without a body has none', async () => {
    await using backend = await startBackend((request, response) => {
      response.writeHead(Number(request.url?.slice(1)), { 'content-length': '5', etag: '"1"' }).end()
    })
    await using scene = await openProxyScene([routeTo(backend)])
    for (const { method, status } of [
      { method: 'HEAD', status: 200 },
      { method: 'GET', status: 304 },
    ]) {
      const answer = await scene.ask(`/app/${status}`, { method })
      expect(answer).toMatchObject({ status, body: '', headers: { 'content-length': ['5'], etag: ['"1"'] } })
    }
  })

  test('HTTP/1.0 is answered without chunks', async () => {
    await using backend = await startBackend((_request, response) => {
      response.write('a')
      response.end('b')
    })
    await using scene = await openProxyScene([routeTo(backend)])
    const answer = await scene.send('GET /app HTTP/1.0\r\nhost: localhost\r\n\r\n')
    expect(answer).toMatch(/\r\n\r\nab$/)
    expect(answer.toLowerCase()).not.toContain('transfer-encoding')
  })
})

describe('a backend', () => {
  test('that is down is a 502 with a problem document', async () => {
    const backend = await echo()
    await backend[Symbol.asyncDispose]()
    await using scene = await openProxyScene([routeTo(backend)])
    const { status, headers, body } = await scene.ask('/app', { method: 'POST', body: 'x'.repeat(100_000) })
    expect(status).toBe(502)
    expect(headers).toMatchObject({
      'content-type': ['application/problem+json'],
      'x-content-type-options': ['nosniff'],
      'content-security-policy': ["default-src 'none'; frame-ancestors 'none'"],
    })
    expect(JSON.parse(body)).toMatchObject({ code: 'backend_unreachable', status: 502, title: 'Backend unreachable' })
    expect(body).not.toContain(String(backend.port))
    expect(scene.lines).toMatchObject([
      { msg: 'A backend did not answer', path: '/app', requestId: JSON.parse(body).requestId },
    ])
  })

  test.each([
    'garbage\r\n\r\n',
    'HTTP/1.1 099 Odd\r\n\r\n',
    'HTTP/1.1 777 Odd\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n',
    '',
  ])('that answers %j is a 502', async (octets) => {
    await using backend = await startRawBackend((socket) => void socket.once('data', () => socket.end(octets)))
    await using scene = await openProxyScene([routeTo(backend)])
    expect((await scene.ask('/app')).status).toBe(502)
  })

  test('that accepts no connection in time, or does not answer in time, is a 504', async () => {
    await using backend = await startRawBackend(() => undefined)
    for (const tls of [{}, { secureContext: createSecureContext() }]) {
      const timeouts = { connect: 'secureContext' in tls ? 50 : 60_000, answer: 50, idle: 60_000 }
      const { host, port } = backend
      await using scene = await openProxyScene([routeTo(backend, { backend: { host, port, ...tls } })], {
        timeouts,
      })
      const { status, body } = await scene.ask('/app')
      expect(status).toBe(504)
      expect(JSON.parse(body)).toMatchObject({ code: 'backend_timeout' })
    }
  })

  test('that dies in the middle of an answer takes the connection of the client with it', async () => {
    for (const framing of ['content-length: 100', 'transfer-encoding: chunked']) {
      await using backend = await startRawBackend((socket) => {
        socket.once('data', () =>
          socket.write(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n5\r\nhello\r\n`, () => socket.destroy()),
        )
      })
      await using scene = await openProxyScene([routeTo(backend)])
      await expect(scene.ask('/app')).rejects.toThrow('aborted')
    }
  })

  test('hears at once that the client has gone', async () => {
    const asked = Promise.withResolvers<ServerResponse>()
    await using backend = await startBackend((_request, response) => asked.resolve(response))
    await using scene = await openProxyScene([routeTo(backend)])
    const client = connect(scene.port, '127.0.0.1')
    client.write('GET /app HTTP/1.1\r\nhost: localhost\r\n\r\n')
    const response = await asked.promise
    client.destroy()
    await once(response, 'close')
    expect(scene.lines).toEqual([])
  })
})

describe('what the hub answers for the backend', () => {
  test('a route that leads back to the hub is a 508, not a loop', async () => {
    const hub = { host: '127.0.0.1', port: 0 }
    await using front = await startBackend((request, response) => {
      const { url: path, headers } = request
      requestHttp({ ...hub, path: `/app${path}`, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0)
        answer.pipe(response)
      }).end()
    })
    await using scene = await openProxyScene([routeTo(front)], { origin: HTTPS })
    hub.port = scene.port
    const { status, body } = await scene.ask('/app')
    expect(status).toBe(508)
    expect(JSON.parse(body)).toMatchObject({ code: 'forwarding_loop' })
  })

  for (const { name, host, origin, expected } of [
    { name: 'loopback is served', host: 'localhost', origin: { ...HTTP, loopback: true }, expected: { status: 200 } },
    {
      name: 'loopback is refused under a name that is not ours',
      host: 'rebound.example',
      origin: { ...HTTP, loopback: true },
      expected: { status: 421 },
    },
    {
      name: 'others are sent to HTTPS',
      host: 'hub.example.com',
      origin: HTTP,
      expected: { status: 308, headers: { location: ['https://hub.example.com:3000/app/x?y'] } },
    },
    {
      name: 'others are sent to HTTPS, and a name of loopback is not kept',
      host: 'localhost',
      origin: HTTP,
      expected: {
        status: 307,
        headers: { location: ['https://localhost:3000/app/x?y'], 'cache-control': ['no-store'] },
      },
    },
    ...['a b', 'a/b', 'user@a', 'a:b', 'a:99999', '[::1', 'a?b', 'a"', '999.999.999.999'].map((host) => ({
      name: `a Host that is none is refused: ${host}`,
      host,
      origin: HTTPS,
      expected: { status: 400 },
    })),
    ...['localhost', 'a.b:443', '[::1]:3000', 'sn_1'].map((host) => ({
      name: `a Host that is one is told to the backend: ${host}`,
      host,
      origin: HTTPS,
      expected: { status: 200, body: expect.stringContaining(`"x-forwarded-host":"${host}"`) },
    })),
    {
      name: 'HSTS is said on the public host',
      host: 'hub.example.com',
      origin: HTTPS,
      expected: { status: 200, headers: { 'strict-transport-security': ['max-age=31536000'] } },
    },
  ]) {
    test(name, async () => {
      await using backend = await echo()
      await using scene = await openProxyScene([routeTo(backend)], { origin })
      expect(await scene.ask('/app/x?y', { headers: { host } })).toMatchObject(expected)
    })
  }

  test('loopback is sent to HTTPS where api.loopback_http is false', async () => {
    await using backend = await echo()
    await using scene = await openProxyScene([routeTo(backend)], { loopbackHttp: false })
    expect((await scene.ask('/app', { headers: { host: 'localhost' } })).status).toBe(307)
  })

  test('a certificate is not for pages of other origins', async () => {
    await using backend = await echo()
    const routes = [routeTo(backend, { auth: 'mtls' }), routeTo(backend, { path: '/open' })]
    await using scene = await openProxyScene(routes, { origin: HTTPS })
    const ask = async (path: string, origin: string) =>
      (await scene.ask(path, { headers: { host: 'hub.example.com', origin } })).status
    expect(await ask('/app', 'https://hub.example.com:3000')).toBe(200)
    for (const origin of ['https://evil.example', 'null']) {
      expect(await ask('/app', origin)).toBe(403)
      expect(await ask('/open', origin)).toBe(200)
    }
  })

  test('whoever lacks the credential is told why, and no backend hears of it', async () => {
    const seen: unknown[] = []
    await using backend = await startBackend((request) => void seen.push(request.url))
    const routes = [routeTo(backend, { auth: 'mtls' }), routeTo(backend, { path: '/api-only', auth: 'api' })]
    await using scene = await openProxyScene(routes, {
      judgeCredential: (credential) => ({
        cause: credential === 'mtls' ? 'certificate_missing' : 'token_missing',
        presented: {},
      }),
    })
    expect(await scene.ask('/app')).toMatchObject({ status: 403 })
    expect(await scene.ask('/api-only', { method: 'POST', body: 'x' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': ['Bearer'] },
    })
    expect(scene.refusals).toEqual([
      { surface: 'http', address: '127.0.0.1', cause: 'certificate_missing', presented: {} },
      { surface: 'http', address: '127.0.0.1', cause: 'token_missing', presented: {} },
    ])
    expect(seen).toEqual([])
  })
})
