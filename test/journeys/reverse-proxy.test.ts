import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type IncomingMessage, type RequestListener, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { readMachineNames } from '../../src/edge/machine-names.ts'
import { authority } from '../api/api-harness.ts'
import { createAdministrator } from '../support/administrators.ts'
import { type Backend, startBackend, startSecureBackend } from '../support/backend.ts'
import { createForeignCa } from '../support/certificate-maker.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'

const tell: RequestListener = (request, response) => {
  response.end(JSON.stringify({ url: request.url, headers: request.headers }))
}

interface Route {
  readonly path?: string
  readonly auth?: 'none' | 'api' | 'mtls'
  readonly https?: boolean
  readonly ca_file?: string
}

function startHubBefore({ host, port }: Backend, ...routes: readonly Route[]): Promise<TestHub> {
  const reverseProxy = routes.map((route) => ({ path: '/app', host, port, ...route }))
  return startTestHub({ settings: { server: { reverse_proxy: reverseProxy } } })
}

describe('a route that asks for nothing', () => {
  test('is for anybody, and shows the backend nothing of ours', async () => {
    await using backend = await startBackend(tell)
    await using hub = await startHubBefore(backend, {})
    const answer = await hub.api('GET', '/app/page', { headers: { cookie: 'a=1; __Host-signet=secret; b=2' } })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-security-policy']).toBe('sandbox allow-scripts allow-forms')
    const { url, headers } = answer.json()
    expect(url).toBe('/page')
    expect(headers).toMatchObject({ cookie: 'a=1; b=2', 'x-forwarded-proto': 'https' })
    expect(headers).not.toHaveProperty('authorization')
    expect(answer.text).not.toContain(hub.adminToken)
  })

  test("passes a credential of the backend's own on", async () => {
    await using backend = await startBackend(tell)
    await using hub = await startHubBefore(backend, {})
    for (const authorization of ['Basic dXNlcjpwYXNz', 'Bearer theirs']) {
      const answer = await hub.api('GET', '/app', { token: null, headers: { authorization } })
      expect(answer.json().headers).toMatchObject({ authorization })
    }
  })
})

test('plain HTTP from this machine is forwarded until a reload takes that away', async () => {
  await using backend = await startBackend(tell)
  await using hub = await startHubBefore(backend, {})
  const ask = async () => (await fetch(`http://localhost:${hub.hub.apiPort}/app`, { redirect: 'manual' })).status
  expect(await ask()).toBe(200)
  const reverse_proxy = [
    {
      path: '/app',
      host: backend.host,
      port: backend.port,
      https: false,
      auth: 'none',
      keep_prefix: false,
      trusted: false,
    },
  ] as const
  await hub.reload({ api: { loopback_http: false }, server: { reverse_proxy: [...reverse_proxy] } })
  expect(await ask()).toBe(307)
})

describe('a route for callers of the API', () => {
  test('takes a token of any role, and nobody without one', async () => {
    await using backend = await startBackend(tell)
    await using hub = await startHubBefore(backend, { auth: 'api' })
    const validator = (await hub.api('POST', '/api/tokens', { body: { name: 'v', role: 'validator' } })).json()
    expect((await hub.api('GET', '/app', { token: validator.token })).status).toBe(200)
    for (const { token, cause } of [
      { token: null, cause: 'token_missing' },
      { token: 'sgn_x_y', cause: 'token_invalid' },
    ]) {
      const answer = await hub.api('GET', '/app', { token })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(answer.json()).toMatchObject({ code: 'unauthorized', status: 401 })
      expect(await hub.refusals()).toContainEqual(expect.objectContaining({ surface: 'https', cause }))
    }
  })

  test('gives its WebSockets to nobody else either', async () => {
    await using backend = await startBackend(tell)
    new WebSocketServer({ server: backend.server as never })
    await using hub = await startHubBefore(backend, { auth: 'api' })
    const url = `wss://localhost:${hub.hub.apiPort}/app`
    const refused = new WebSocket(url, { ca: hub.ca })
    const [request, answer] = await once(refused, 'unexpected-response')
    expect(answer.statusCode).toBe(401)
    request.destroy()
    const client = new WebSocket(url, { ca: hub.ca, headers: { authorization: `Bearer ${hub.adminToken}` } })
    await once(client, 'open')
    client.terminate()
  })
})

describe('a route for certificates', () => {
  test('takes an active device or service, and nobody else', async () => {
    await using backend = await startBackend(tell)
    await using hub = await startHubBefore(backend, { auth: 'mtls' })
    const device = await hub.enrol('device-001')
    const service = await hub.enrolService('backend', ['#'])
    const stranger = await (await createForeignCa('CN=Elsewhere')).make({ commonNames: ['device-001'] })
    expect(await statusOf(hub, device)).toBe(200)
    expect(await statusOf(hub, service)).toBe(200)
    expect(await statusOf(hub, await createAdministrator(hub, 'eva'))).toBe(200)
    expect(await statusOf(hub, {})).toBe(403)
    expect(await statusOf(hub, stranger)).toBe(403)
    await hub.api('DELETE', '/api/devices/certificates/device-001')
    expect(await statusOf(hub, device)).toBe(403)
    const causes = (await hub.refusals()).map(({ cause }) => cause)
    expect(causes.toSorted()).toEqual(['certificate_missing', 'certificate_revoked', 'issuer_unknown'])
  })

  test('asks again for each request of a connection', async () => {
    await using backend = await startBackend(tell)
    await using hub = await startHubBefore(backend, { auth: 'mtls' })
    const device = await hub.enrol('device-001')
    const { Agent } = await import('node:https')
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: hub.ca, cert: device.cert, key: device.key })
    const ask = async (): Promise<[number | undefined, unknown]> => {
      const request = requestHttps({ host: 'localhost', port: hub.hub.apiPort, path: '/app', agent }).end()
      const [answer]: IncomingMessage[] = await once(request, 'response')
      await text(answer as IncomingMessage)
      return [answer?.statusCode, request.reusedSocket]
    }
    expect(await ask()).toEqual([200, false])
    await hub.api('DELETE', '/api/devices/certificates/device-001')
    expect(await ask()).toEqual([403, true])
    agent.destroy()
  })
})

describe('a backend with HTTPS', () => {
  test('is believed with a certificate that leads to its ca_file', async () => {
    await using folder = await temporaryFolder()
    const caFile = join(folder.path, 'backends.pem')
    await writeFile(caFile, authority.caCertificatePem)
    const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(['127.0.0.1'])
    await using backend = await startSecureBackend({ cert, key }, tell)
    await using hub = await startHubBefore(backend, { https: true, ca_file: caFile }, { path: '/system', https: true })
    expect((await hub.api('GET', '/app')).json()).toMatchObject({ url: '/' })
    expect((await hub.api('GET', '/system')).status).toBe(502)
    expect(causes(hub)).toEqual(['UNABLE_TO_VERIFY_LEAF_SIGNATURE'])
  })

  test('is not believed under a name that its certificate does not hold', async () => {
    await using folder = await temporaryFolder()
    const caFile = join(folder.path, 'backends.pem')
    await writeFile(caFile, authority.caCertificatePem)
    const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(['other.example.com'])
    await using backend = await startSecureBackend({ cert, key }, tell)
    await using hub = await startHubBefore(backend, { https: true, ca_file: caFile })
    expect((await hub.api('GET', '/app')).status).toBe(502)
    expect(causes(hub)).toEqual(['ERR_TLS_CERT_ALTNAME_INVALID'])
  })

  function causes({ log }: TestHub): readonly unknown[] {
    const failures = log.lines.filter(({ msg }) => msg === 'A backend did not answer')
    return failures.map(({ err }) => (err as { readonly code?: string }).code)
  }
})

describe('without TLS', () => {
  test('loopback is served under a name of the hub, anybody else is sent to HTTPS', async () => {
    await using backend = await startBackend(tell)
    await using hub = await startHubBefore(backend, {})
    const ask = async (host: string): Promise<IncomingMessage> => {
      const request = requestHttp({
        host: '127.0.0.1',
        port: hub.hub.apiPort,
        path: '/app/x',
        headers: { host },
        agent: false,
      })
      const [answer]: IncomingMessage[] = await once(request.end(), 'response')
      if (!answer) throw new Error('no answer')
      answer.resume()
      return answer
    }
    expect((await ask('localhost')).statusCode).toBe(200)
    expect((await ask('rebound.example')).statusCode).toBe(421)
  })
})

test('a hub that stops ends what it forwards', async () => {
  await using backend = await startBackend((_request, response) => response.write('never the end'))
  const sockets = new WebSocketServer({ server: backend.server as never })
  const hub = await startHubBefore(backend, {})
  const url = `wss://localhost:${hub.hub.apiPort}/app`
  const client = new WebSocket(url, { ca: hub.ca })
  const [theirs] = await once(sockets, 'connection')
  await once(client, 'open')
  await Promise.all([hub[Symbol.asyncDispose](), once(theirs, 'close'), once(client, 'close')])
})

async function statusOf(hub: TestHub, { cert, key }: Partial<Credentials>): Promise<number | undefined> {
  const request = requestHttps({
    host: 'localhost',
    port: hub.hub.apiPort,
    ca: hub.ca,
    path: '/app',
    agent: false,
    ...(cert && key ? { cert, key } : {}),
  }).end()
  const [answer]: IncomingMessage[] = await once(request, 'response')
  answer?.resume()
  return answer?.statusCode
}

describe('a hub does not start', () => {
  const start = (...routes: readonly (Route & { readonly host?: string; readonly port?: number })[]) =>
    startTestHub({
      settings: {
        api: { port: 3000 },
        server: { reverse_proxy: routes.map((route) => ({ path: '/app', host: '127.0.0.1', port: 8080, ...route })) },
      },
    })

  test('before a target that is itself, by whatever name of this machine', async () => {
    for (const host of ['localhost', ...readMachineNames()]) {
      await expect(start({ host, port: 3000 })).rejects.toMatchObject({
        code: 'configuration_invalid',
        message: expect.stringContaining("is the hub's own listener (api.port)"),
      })
    }
  })

  test('with a route that covers a path of ours', async () => {
    await expect(start({ path: '/pki' })).rejects.toThrow('server.reverse_proxy /pki: the hub itself answers /pki')
  })

  test('with a ca_file that is missing, or holds no certificate', async () => {
    await using folder = await temporaryFolder()
    const empty = join(folder.path, 'empty.pem')
    await writeFile(empty, '')
    for (const ca_file of [join(folder.path, 'missing.pem'), empty]) {
      await expect(start({ https: true, ca_file })).rejects.toMatchObject({
        code: 'file_invalid',
        message: expect.stringContaining(ca_file),
      })
    }
  })
})
