import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Backend, startBackend, startRawBackend } from '../../support/backend.ts'
import { openProxyScene, routeTo } from './proxy-scene.ts'

async function startEcho(): Promise<Backend & { readonly sockets: WebSocketServer }> {
  const backend = await startBackend((_request, response) => response.writeHead(403, { 'x-why': 'no' }).end('not you'))
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'chat' })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
  backend.server.on('upgrade', (request, socket, head) => {
    if (request.url === '/no')
      return void socket.end('HTTP/1.1 403 Forbidden\r\nx-why: no\r\ncontent-length: 7\r\n\r\nnot you')
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  })
  return { ...backend, sockets }
}

test('a WebSocket is passed through, sub-protocol, frames and closing code', async () => {
  await using backend = await startEcho()
  await using scene = await openProxyScene([routeTo(backend)])
  const connected = once(backend.sockets, 'connection')
  const client = new WebSocket(`ws://127.0.0.1:${scene.port}/app/live?x=1`, ['chat'])
  const [, request] = await connected
  expect(request.url).toBe('/live?x=1')
  expect(request.headers).toMatchObject({ connection: 'Upgrade', upgrade: 'websocket', 'x-forwarded-prefix': '/app' })
  await once(client, 'open')
  expect(client.protocol).toBe('chat')
  for (const message of ['a', 'b'.repeat(1_000_000)]) {
    const arrived = once(client, 'message')
    client.send(message)
    const [data] = await arrived
    expect(String(data)).toBe(message)
  }
  for (const socket of backend.sockets.clients) socket.close(4000, 'enough')
  expect(await once(client, 'close')).toMatchObject([4000, Buffer.from('enough')])
})

test('each end hears that the other has gone', async () => {
  await using backend = await startEcho()
  await using scene = await openProxyScene([routeTo(backend)])
  const url = `ws://127.0.0.1:${scene.port}/app`
  const client = new WebSocket(url)
  const [theirs] = await once(backend.sockets, 'connection')
  await once(client, 'open')
  client.terminate()
  expect(await once(theirs, 'close')).toMatchObject([1006, Buffer.alloc(0)])
  const other = new WebSocket(url)
  await once(other, 'open')
  for (const socket of backend.sockets.clients) socket.terminate()
  expect(await once(other, 'close')).toMatchObject([1006, Buffer.alloc(0)])
})

test('a backend that refuses the WebSocket has its answer passed on', async () => {
  await using backend = await startEcho()
  await using scene = await openProxyScene([routeTo(backend)])
  const client = new WebSocket(`ws://127.0.0.1:${scene.port}/app/no`)
  const [request, answer] = await once(client, 'unexpected-response')
  expect(answer).toMatchObject({ statusCode: 403, headers: { 'x-why': 'no', connection: 'close' } })
  expect(await text(answer)).toBe('not you')
  request.destroy()
})

test('a backend that is down, or switches to what nobody asked for, is a 502 for a WebSocket too', async () => {
  const gone = await startEcho()
  await gone[Symbol.asyncDispose]()
  await using odd = await startRawBackend((socket) => {
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
    )
  })
  await using scene = await openProxyScene([routeTo(gone), routeTo(odd, { path: '/odd' })])
  for (const path of ['/app', '/odd']) {
    const client = new WebSocket(`ws://127.0.0.1:${scene.port}${path}`)
    const [request, answer] = await once(client, 'unexpected-response')
    expect(answer.statusCode).toBe(502)
    expect(JSON.parse(await text(answer))).toMatchObject({ code: 'backend_unreachable' })
    request.destroy()
  }
})

test('what either end sends right behind the handshake is kept', async () => {
  await using backend = await startRawBackend((socket) => {
    let seen = ''
    socket.on('data', (chunk) => {
      const isFirst = seen === ''
      seen += chunk
      if (isFirst)
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: WebSocket\r\n\r\nearly')
      if (seen.endsWith('client')) socket.end(' and late')
    })
  })
  await using scene = await openProxyScene([routeTo(backend)])
  const socket = connect(scene.port, '127.0.0.1')
  socket.write('GET /app HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nclient')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\nearly and late$/)
})

test('another protocol than WebSocket is forwarded as if it had not been asked for: RFC 9110 §7.8', async () => {
  await using backend = await startBackend((request, response) => response.end(JSON.stringify(request.headers)))
  await using scene = await openProxyScene([routeTo(backend)])
  for (const headers of [
    { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' },
    { connection: 'upgrade', upgrade: 'websocket', 'content-length': '5' },
    { upgrade: 'websocket' },
  ]) {
    const { status, body } = await scene.ask('/app', { headers, body: 'content-length' in headers ? '12345' : '' })
    expect(status).toBe(200)
    for (const name of ['upgrade', 'http2-settings']) expect(JSON.parse(body)).not.toHaveProperty(name)
  }
})
