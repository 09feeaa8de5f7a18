import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { startBackend, startRawBackend } from '../../support/backend.ts'
import { openProxyScene, routeTo } from './proxy-scene.ts'

const CHUNK = Buffer.alloc(65_536, 'x')
const CHUNKS = 1_600
const STALLED = 'POST /app/body HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nhal'

const timeouts = { connect: 60_000, answer: 60_000, idle: 200 }

/** 100 MiB that are made as they are taken. */
function* flood(): Generator<Buffer> {
  for (let index = 0; index < CHUNKS; index++) yield CHUNK
}

function* counted(seen: { sent: number }): Generator<Buffer> {
  for (const chunk of flood()) {
    seen.sent += chunk.length
    yield chunk
  }
}

async function countOctets(stream: Readable): Promise<number> {
  let octets = 0
  for await (const chunk of stream) octets += chunk.length
  return octets
}

test('100 MiB go to the backend and come back, and never all of them are held', async () => {
  await using backend = await startBackend((request, response) => void request.pipe(response))
  await using scene = await openProxyScene([routeTo(backend)])
  const outgoing = requestHttp({ host: '127.0.0.1', port: scene.port, path: '/app', method: 'POST', agent: false })
  const seen = { sent: 0, arrived: 0, onTheWay: 0 }
  const sent = pipeline(Readable.from(counted(seen)), outgoing)
  const [answer]: IncomingMessage[] = await once(outgoing, 'response')
  for await (const chunk of answer as IncomingMessage) {
    seen.onTheWay = Math.max(seen.onTheWay, seen.sent - seen.arrived)
    seen.arrived += chunk.length
  }
  await sent
  expect(seen.arrived).toBe(CHUNKS * CHUNK.length)
  expect(seen.onTheWay).toBeLessThan((CHUNKS * CHUNK.length) / 3)
})

describe('back-pressure', () => {
  test('of a client that stops reading reaches the backend, and the client is given up', async () => {
    const ended = Promise.withResolvers<number>()
    await using backend = await startBackend((_request, response) => {
      const seen = { sent: 0 }
      Readable.from(counted(seen)).pipe(response)
      response.once('close', () => ended.resolve(seen.sent))
    })
    await using scene = await openProxyScene([routeTo(backend)], { timeouts })
    const client = connect(scene.port, '127.0.0.1').pause()
    client.write('GET /app HTTP/1.1\r\nhost: localhost\r\n\r\n')
    expect(await ended.promise).toBeLessThan((CHUNKS * CHUNK.length) / 2)
    client.destroy()
  })

  test('of a backend that stops reading reaches the client', async () => {
    await using backend = await startRawBackend((socket) => void socket.pause())
    // So long that a machine which does other things beside is not taken for a client that sends nothing.
    await using scene = await openProxyScene([routeTo(backend)], { timeouts: { ...timeouts, idle: 2000 } })
    const outgoing = requestHttp({ host: '127.0.0.1', port: scene.port, path: '/app', method: 'POST', agent: false })
    const seen = { sent: 0 }
    Readable.from(counted(seen)).pipe(outgoing)
    outgoing.on('error', () => undefined)
    const [answer]: IncomingMessage[] = await once(outgoing, 'response')
    // What stands still is given up.
    expect(answer?.statusCode).toBe(504)
    expect(seen.sent).toBeLessThan((CHUNKS * CHUNK.length) / 2)
    outgoing.destroy()
  })
})

describe('a client that stands still', () => {
  test('in the middle of its body is given up', async () => {
    await using backend = await startBackend((request) => void request.resume())
    await using scene = await openProxyScene([routeTo(backend)], { timeouts })
    expect(await scene.send(STALLED)).toMatch(/^HTTP\/1\.1 408 [\s\S]*did not arrive in time/)
  })

  test('because the backend has nothing to say is kept', async () => {
    const speak = Promise.withResolvers<void>()
    await using backend = await startBackend(async (request, response) => {
      if (request.url === '/body') return void request.resume()
      response.write('data: 1\n\n')
      await speak.promise
      response.end('data: 2\n\n')
    })
    await using scene = await openProxyScene([routeTo(backend)], { timeouts })
    const outgoing = requestHttp({ host: '127.0.0.1', port: scene.port, path: '/app', agent: false }).end()
    const [answer]: IncomingMessage[] = await once(outgoing, 'response')
    // Others, who came later, were given up twice over.
    for (let round = 0; round < 2; round++) await scene.send(STALLED)
    speak.resolve()
    expect(await countOctets(answer as IncomingMessage)).toBe(18)
  })
})

test('an answer that has begun before the end of the body may take its time after it', async () => {
  const speak = Promise.withResolvers<void>()
  await using backend = await startBackend(async (request, response) => {
    if (request.url === '/silent') return
    response.write('begun, ')
    for await (const _ of request);
    await speak.promise
    response.end('ended')
  })
  await using scene = await openProxyScene([routeTo(backend)], { timeouts: { ...timeouts, answer: 100 } })
  const outgoing = requestHttp({ host: '127.0.0.1', port: scene.port, path: '/app', method: 'POST', agent: false })
  outgoing.flushHeaders()
  const [answer]: IncomingMessage[] = await once(outgoing, 'response')
  outgoing.end('body')
  // Others, who came later, were waited for in vain twice over.
  for (let round = 0; round < 2; round++) expect((await scene.ask('/app/silent')).status).toBe(504)
  speak.resolve()
  expect(await countOctets(answer as IncomingMessage)).toBe('begun, ended'.length)
})

test('an answer that comes before the end of the body is passed on whole', async () => {
  await using backend = await startBackend((_request, response) => {
    response.writeHead(413, { connection: 'close' }).end('too large')
  })
  await using scene = await openProxyScene([routeTo(backend)])
  const answer = await scene.send('POST /app HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\nbegun')
  expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*too large/)
})
