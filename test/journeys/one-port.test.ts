import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

interface PlainAnswer {
  readonly status: number | undefined
  readonly location: string | undefined
  readonly cacheControl: string | undefined
  readonly contentType: string | undefined
}

interface PlainCall {
  readonly path: string
  readonly host?: string
  readonly token?: string
}

describe("the API's port in plain HTTP", () => {
  test.each(['/livez', '/readyz', '/api/time', '/api/health/logging', '/pki/ca.pem', '/pki/ca.cer'])(
    'serves the public document %s to anybody',
    async (path) => {
      await using hub = await startTestHub()
      expect(await plain(hub, { path })).toMatchObject({ status: 200 })
    },
  )

  test('serves the API to loopback, tokens required as ever', async () => {
    await using hub = await startTestHub()
    expect(await plain(hub, { path: '/api/devices' })).toMatchObject({
      status: 401,
      contentType: 'application/problem+json',
    })
    expect(await plain(hub, { path: '/api/devices', token: hub.adminToken })).toMatchObject({ status: 200 })
  })

  test('redirects even loopback when api.loopback_http is false', async () => {
    await using hub = await startTestHub({ settings: { api: { loopback_http: false } } })
    expect(await plain(hub, { path: '/api/devices', token: hub.adminToken })).toMatchObject({
      status: 307,
      location: `https://localhost:${hub.hub.apiPort}/api/devices`,
      cacheControl: 'no-store',
    })
  })

  test('does not serve the API to a page that a browser on this machine loaded from elsewhere', async () => {
    await using hub = await startTestHub()
    expect((await plain(hub, { path: '/api/devices', host: 'rebound.example', token: hub.adminToken })).status).toBe(
      421,
    )
  })

  test.each(['GARBAGE\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0', '\x00\x00\x00'])(
    'answers %j with an end, and goes on',
    async (bytes) => {
      await using hub = await startTestHub()
      const socket = connect({ port: hub.hub.apiPort, host: 'localhost' })
      socket.on('error', () => undefined)
      socket.resume()
      socket.end(bytes, 'latin1')
      await once(socket, 'close')
      expect((await plain(hub, { path: '/livez' })).status).toBe(200)
    },
  )
})

test('the local socket is an administrator without a token, and gone when the hub is', async () => {
  let path: string
  {
    await using hub = await startTestHub()
    path = join(hub.dataDir, 'hub.sock')
    const outgoing = request({ socketPath: path, path: '/api/devices', headers: { host: 'localhost' } })
    outgoing.end()
    const [incoming] = await once(outgoing, 'response')
    incoming.resume()
    expect(incoming.statusCode).toBe(200)
  }
  expect(existsSync(path)).toBe(false)
})

async function plain(hub: TestHub, { path, host = 'localhost', token }: PlainCall): Promise<PlainAnswer> {
  const headers = {
    host: `${host}:${hub.hub.apiPort}`,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const outgoing = request({ host: '127.0.0.1', port: hub.hub.apiPort, path, headers, agent: false })
  outgoing.end()
  const [incoming] = await once(outgoing, 'response')
  incoming.resume()
  await once(incoming, 'end')
  return {
    status: incoming.statusCode,
    location: incoming.headers.location,
    cacheControl: incoming.headers['cache-control'],
    contentType: incoming.headers['content-type'],
  }
}
