import { once } from 'node:events'
import { request as httpRequest, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { createHttpServer, type HttpLimits, type HttpServer } from '../../src/api/http-server.ts'
import { networkOrigin, type RequestOrigin } from '../../src/api/request/request-origin.ts'
import { EVERY_ANSWER } from '../../src/api/security-headers.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { authority, createHarness, recordLog } from './api-harness.ts'

const LIMITS: HttpLimits = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  closeTimeout: 2_000,
}
const TOKEN = { authorization: 'Bearer sgn_admin_secret' }

type Fetch = Parameters<typeof createHttpServer>[0]['fetch']

/** A listener of the edge's kind: it accepts, and hands its sockets on. */
async function listen(
  http: HttpServer,
  listener: Server = createServer((socket) => void http.server.emit('connection', socket)),
) {
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      listener.close()
      await http[Symbol.asyncDispose]()
    },
  }
}

function serve(fetch: Fetch, limits: Partial<HttpLimits> = {}) {
  const { logger, lines } = recordLog()
  return { ...createHttpServer({ fetch, originOf: networkOrigin(), logger, limits: { ...LIMITS, ...limits } }), lines }
}

async function sendRaw(port: number, octets: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(octets)
  return text(socket)
}

function problemIn(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))
}

describe('requests that come at once', () => {
  const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`

  test('are begun one a turn of the event loop, in their order', async () => {
    const begun: { readonly path: string; readonly turn: number }[] = []
    let turn = 0
    let isOver = false
    const count = (): void => {
      turn++
      if (!isOver) setImmediate(count)
    }
    const http = serve((request) => {
      begun.push({ path: new URL(request.url).pathname, turn })
      return Response.json({}, begun.length === 4 ? { headers: { connection: 'close' } } : {})
    })
    await using hub = await listen(http)
    setImmediate(count)
    await sendRaw(hub.port, ['/1', '/2', '/3', '/4'].map(ask).join(''))
    isOver = true
    expect(begun.map(({ path }) => path)).toEqual(['/1', '/2', '/3', '/4'])
    expect(new Set(begun.map((one) => one.turn)).size).toBe(4)
  })

  test('are left alone when their client has gone before their turn', async () => {
    const begun: string[] = []
    const http = serve((request, { abort }) => {
      begun.push(new URL(request.url).pathname)
      abort?.()
      return Response.json({})
    })
    await using hub = await listen(http)
    await sendRaw(hub.port, ask('/1') + ask('/2'))
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(begun).toEqual(['/1'])
  })
})

describe('a connection that is handed over', () => {
  test('is served over plain HTTP, from its own address', async () => {
    const origins: RequestOrigin[] = []
    const http = serve((_request, { origin }) => {
      origins.push(origin)
      return Response.json({})
    })
    await using hub = await listen(http)
    expect((await fetch(`http://127.0.0.1:${hub.port}/`)).status).toBe(200)
    expect(origins).toEqual([{ surface: 'http', address: '127.0.0.1', loopback: true }])
  })

  test('is served over TLS', async () => {
    const harness = createHarness()
    const http = serve(harness.app.fetch)
    const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(['localhost'])
    const tls = createTlsServer({ cert, key }, (socket) => void http.server.emit('connection', socket))
    await using hub = await listen(http, tls)
    const options = { port: hub.port, host: '127.0.0.1', servername: 'localhost', ca: authority.caCertificatePem }
    const request = httpsRequest({ ...options, path: '/api/devices/device-001', headers: TOKEN, agent: false }).end()
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(200)
    expect(JSON.parse(await text(response))).toMatchObject({ deviceId: 'device-001' })
  })

  test('from a path on this machine is the administrator, when its server says so', async () => {
    await using folder = await temporaryFolder()
    const path = `${folder.path}/hub.sock`
    const harness = createHarness()
    const origin: RequestOrigin = { surface: 'socket', address: 'hub.sock', loopback: true }
    const { logger } = recordLog()
    await using http = createHttpServer({ fetch: harness.app.fetch, originOf: () => origin, logger })
    http.server.listen(path)
    await once(http.server, 'listening')
    const request = httpRequest({ socketPath: path, path: '/api/tokens', agent: false }).end()
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(200)
    response.resume()
  })
})

describe('a body over 1 MiB', () => {
  for (const { name, headers } of [
    { name: 'declared', headers: { 'content-length': '2097152' } },
    { name: 'chunked', headers: { 'transfer-encoding': 'chunked' } },
  ]) {
    test(`is answered 413 when it is ${name}`, async () => {
      const harness = createHarness()
      await using hub = await listen(serve(harness.app.fetch))
      const request = httpRequest({
        port: hub.port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/api/devices',
        headers: { ...TOKEN, ...headers, 'content-type': 'application/json' },
        agent: false,
      })
      request.on('error', () => undefined)
      request.write(Buffer.alloc(1_500_000, ' '))
      const [response] = await once(request, 'response')
      expect(response.statusCode).toBe(413)
      expect(JSON.parse(await text(response))).toMatchObject({ code: 'body_too_large' })
      expect(harness.calls).toEqual([])
      request.destroy()
    })
  }

  test('and a smaller one, chunked or not, is read whole', async () => {
    const harness = createHarness()
    await using hub = await listen(serve(harness.app.fetch))
    const body = JSON.stringify({ deviceId: 'd', policies: Array.from({ length: 90 }, () => 'p'.repeat(5000)) })
    const headers = { ...TOKEN, 'content-type': 'application/json' }
    const send = (init: RequestInit) =>
      fetch(`http://127.0.0.1:${hub.port}/api/devices`, { method: 'POST', headers, ...init })
    expect((await send({ body })).status).toBe(201)
    expect((await send({ body: new Blob([body]).stream(), duplex: 'half' })).status).toBe(201)
    expect(harness.calls).toHaveLength(2)
  })
})

describe('what is no HTTP request', () => {
  for (const { name, octets, detail } of [
    { name: 'noise', octets: 'hello\r\n\r\n', detail: /not a valid HTTP/ },
    {
      name: 'two lengths',
      octets: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      detail: /not a valid HTTP/,
    },
    {
      name: 'endless headers',
      octets: `GET / HTTP/1.1\r\nHost: a\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
      detail: /too large/,
    },
    {
      name: 'an impossible Host',
      octets: 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
      detail: /target or the Host/,
    },
    { name: 'no Host', octets: 'GET / HTTP/1.0\r\n\r\n', detail: /target or the Host/ },
  ]) {
    test(`${name} is answered 400 with a problem document, and no route sees it`, async () => {
      const seen: string[] = []
      const http = serve((request) => {
        seen.push(request.url)
        return new Response()
      })
      await using hub = await listen(http)
      const answer = await sendRaw(hub.port, octets)
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im)
      for (const [header, value] of Object.entries(EVERY_ANSWER)) expect(answer).toContain(`${header}: ${value}\r\n`)
      expect(problemIn(answer)).toMatchObject({
        code: 'bad_request',
        status: 400,
        detail: expect.stringMatching(detail),
      })
      expect(seen).toEqual([])
    })
  }

  test('after an answer that has begun ends the connection without another answer', async () => {
    const begun = Promise.withResolvers<void>()
    const http = serve(() => {
      begun.resolve()
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([65])) }))
    })
    await using hub = await listen(http)
    const socket = connect(hub.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const [first] = await once(socket, 'data')
    await begun.promise
    expect(String(first)).toMatch(/^HTTP\/1\.1 200 /)
    socket.write('no request at all\r\n\r\n')
    expect(await text(socket)).not.toContain('HTTP/1.1 400')
  })
})

test('a request whose headers never end is given up, though we do not listen ourselves', async () => {
  const http = serve(() => new Response(), { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 20 })
  await using hub = await listen(http)
  const answer = await sendRaw(hub.port, 'GET / HTTP/1.1\r\n')
  expect(problemIn(answer)).toMatchObject({ status: 408, detail: expect.stringMatching(/in time/) })
})

test('a connection that was opened and is not used is closed in such a way that nobody takes it for an answer', async () => {
  const http = serve(() => new Response(), { headersTimeout: 50, connectionsCheckingInterval: 20 })
  await using hub = await listen(http)
  const answer = await sendRaw(hub.port, '')
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request timeout\r\n/)
  expect(answer).toMatch(/\r\nconnection: close\r\n/i)
})

test('a request whose body never ends is given up, and one whose answer takes longer is not', async () => {
  const answers = Promise.withResolvers<Response>()
  const http = serve(
    async (request) => (request.method === 'PUT' ? answers.promise : new Response(await request.text())),
    { requestTimeout: 50 },
  )
  await using hub = await listen(http)
  const patient = fetch(`http://127.0.0.1:${hub.port}/`, { method: 'PUT', body: 'whole' })
  for (const framing of ['Content-Length: 5', 'Transfer-Encoding: chunked']) {
    const answer = await sendRaw(hub.port, `POST / HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n3\r\n`)
    expect(problemIn(answer)).toMatchObject({ status: 408, detail: expect.stringMatching(/in time/) })
  }
  answers.resolve(new Response('late'))
  expect(await (await patient).text()).toBe('late')
})

test('what is thrown past every handler is logged and answered empty', async () => {
  const http = serve(() => Promise.reject(new Error('the secret of the machine')))
  await using hub = await listen(http)
  const response = await fetch(`http://127.0.0.1:${hub.port}/`)
  expect(response.status).toBe(500)
  expect(await response.json()).toMatchObject({ code: 'internal_error', detail: '' })
  expect(http.lines).toMatchObject([{ level: 'error', err: { message: 'the secret of the machine' } }])
})

describe('a request for another protocol', () => {
  const ASKING = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\nhead'

  test('that is accepted leaves HTTP with what was read behind it, and no route sees it', async () => {
    const origins: RequestOrigin[] = []
    const { logger } = recordLog()
    const http = createHttpServer({
      fetch: () => Promise.reject(new Error('a route saw it')),
      originOf: networkOrigin(),
      logger,
      upgrade: {
        isAccepted(_request, origin) {
          origins.push(origin)
          return true
        },
        take: (request, head) => void request.socket.end(`${request.url} ${head}`),
      },
    })
    await using hub = await listen(http)
    expect(await sendRaw(hub.port, ASKING)).toBe('/ head')
    expect(origins).toEqual([{ surface: 'http', address: '127.0.0.1', loopback: true }])
  })

  test('is not accepted while the answer to an earlier one is due', async () => {
    const answer = Promise.withResolvers<Response>()
    const paths: string[] = []
    const { logger } = recordLog()
    const http = createHttpServer({
      fetch(request) {
        paths.push(new URL(request.url).pathname)
        return paths.length === 1 ? answer.promise : new Response('second')
      },
      originOf: networkOrigin(),
      logger,
      upgrade: { isAccepted: () => true, take: () => expect.unreachable() },
    })
    await using hub = await listen(http)
    const received = sendRaw(hub.port, `GET /first HTTP/1.1\r\nHost: a\r\n\r\n${ASKING}`)
    await once(http.server, 'request')
    answer.resolve(new Response('first'))
    expect(await received).toMatch(/first.*second$/s)
    expect(paths).toEqual(['/first', '/'])
  })

  test.each(['refused', 'not thought of'])('that is %s is answered as if it had not asked', async (which) => {
    const { logger } = recordLog()
    const upgrade = { isAccepted: () => false, take: () => expect.unreachable() }
    const http = createHttpServer({
      fetch: () => new Response('a page'),
      originOf: networkOrigin(),
      logger,
      ...(which === 'refused' ? { upgrade } : {}),
    })
    await using hub = await listen(http)
    const answer = await sendRaw(hub.port, ASKING)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toMatch(/a page$/)
  })
})

test("the global Request and Response stay the host's", async () => {
  const before = [globalThis.Request, globalThis.Response]
  await using http = serve(() => new Response())
  expect(http.server.listening).toBe(false)
  expect([globalThis.Request, globalThis.Response]).toEqual(before)
})

describe('disposal', () => {
  /** A server whose one request runs until it is told to end. */
  async function startSlowRequest(limits: Partial<HttpLimits> = {}) {
    const arrived = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<Response>()
    const http = serve(() => {
      arrived.resolve()
      return answer.promise
    }, limits)
    const hub = await listen(http)
    const socket = connect(hub.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await arrived.promise
    return { hub, socket, answer }
  }

  test('finishes the requests that run, and then closes their connections', async () => {
    const { hub, socket, answer } = await startSlowRequest()
    const disposed = hub[Symbol.asyncDispose]()
    answer.resolve(new Response('done'))
    const received = await text(socket)
    expect(received).toMatch(/^HTTP\/1\.1 200 /)
    expect(received).toMatch(/^connection: close\r$/im)
    expect(received).toMatch(/done$/)
    await disposed
  })

  test('listens to each of many answers once, however many end before it', async () => {
    const answers: PromiseWithResolvers<Response>[] = []
    const http = serve(() => {
      const answer = Promise.withResolvers<Response>()
      answers.push(answer)
      return answer.promise
    })
    const outgoing: ServerResponse[] = []
    http.server.on('request', (_incoming, response) => void outgoing.push(response))
    const hub = await listen(http)
    const sockets = Array.from({ length: 12 }, () => connect(hub.port, '127.0.0.1'))
    for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    while (answers.length < sockets.length) await nextTurn()
    const disposed = hub[Symbol.asyncDispose]()
    const last = answers.pop()
    for (const answer of answers) {
      answer.resolve(new Response('done'))
      await nextTurn()
    }
    await Promise.all(sockets.slice(0, -1).map((socket) => text(socket)))
    // Ours that counts it, the one that waits for it, and the library's.
    expect(outgoing.at(-1)?.listenerCount('close')).toBeLessThanOrEqual(4)
    last?.resolve(new Response('done'))
    await disposed
  })

  test('lets an answer that has begun come to its end', async () => {
    const rest = Promise.withResolvers<void>()
    const body = async function* () {
      yield new TextEncoder().encode('first ')
      await rest.promise
      yield new TextEncoder().encode('last')
    }
    const hub = await listen(serve(() => new Response(ReadableStream.from(body()))))
    const socket = connect(hub.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const [first] = await once(socket, 'data')
    const disposed = hub[Symbol.asyncDispose]()
    rest.resolve()
    expect(String(first) + (await text(socket))).toMatch(/first .*last/s)
    await disposed
  })

  test('does not wait for ever', async () => {
    const { hub, socket, answer } = await startSlowRequest({ closeTimeout: 20 })
    await hub[Symbol.asyncDispose]()
    await closed(socket)
    answer.resolve(new Response())
  })

  test('closes idle connections at once', async () => {
    const hub = await listen(serve(() => new Response('done')))
    const socket = connect(hub.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    socket.resume()
    await Promise.all([hub[Symbol.asyncDispose](), closed(socket)])
  })
})

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close')
}
