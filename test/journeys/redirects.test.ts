import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { EVERY_ANSWER } from '../../src/api/security-headers.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

describe('the port of redirects', () => {
  test('is not open unless it is asked for', async () => {
    await using hub = await startTestHub()
    expect(hub.hub.redirectPort).toBeUndefined()
  })

  for (const { host, path, status, target } of [
    { host: 'hub.example.com', path: '/api/devices?q=1', status: 308, target: 'hub.example.com' },
    { host: 'evil.example', path: '/', status: 308, target: 'hub.example.com' },
    { host: 'localhost', path: '/livez', status: 307, target: 'localhost' },
    { host: 'localhost', path: '/.well-known/acme-challenge/a', status: 307, target: 'localhost' },
  ]) {
    test(`leads ${host}${path} to ${target} with ${status}`, async () => {
      await using hub = await startRedirectingHub()
      const answer = await ask(hub, { host, path })
      expect(answer).toMatchObject({
        status,
        headers: { location: `https://${target}:${hub.hub.apiPort}${path}`, ...EVERY_ANSWER },
      })
      // RFC 9110 §15.4.9: one that may be kept, and one that may not
      expect(answer.headers['cache-control']).toBe(status === 307 ? 'no-store' : undefined)
    })
  }

  test('leads a POST too, and serves nothing of the API', async () => {
    await using hub = await startRedirectingHub()
    expect(await ask(hub, { host: 'localhost', path: '/api/devices', method: 'POST' })).toMatchObject({ status: 307 })
  })

  test('tells of what comes and is no HTTP', async () => {
    await using hub = await startRedirectingHub()
    const socket = connect(hub.hub.redirectPort ?? 0, 'localhost')
    socket.write(Buffer.from('1603010200010001fc0303', 'hex'))
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /)
    expect(await hub.refusals()).toMatchObject([{ surface: 'http', cause: 'http_invalid' }])
  })

  test('serves the answers of an ACME client, to any name, and no others', async () => {
    await using hub = await startRedirectingHub(true)
    const challenges = join(hub.folder, 'web/.well-known/acme-challenge')
    await mkdir(challenges, { recursive: true })
    await writeFile(join(challenges, 'token'), 'token.thumbprint')
    await writeFile(join(hub.folder, 'web/secret'), 'secret')
    expect(await ask(hub, { host: 'new.example.com', path: '/.well-known/acme-challenge/token' })).toMatchObject({
      status: 200,
      text: 'token.thumbprint',
      headers: { 'content-type': 'application/octet-stream', ...EVERY_ANSWER },
    })
    for (const name of ['', 'absent', '%2e%2e%2fsecret', '..%2fsecret', 'token/', 'token%00']) {
      const answer = await ask(hub, { host: 'localhost', path: `/.well-known/acme-challenge/${name}` })
      expect(answer).toMatchObject({
        status: 404,
        headers: { 'content-type': 'application/problem+json', ...EVERY_ANSWER },
      })
    }
    expect(await ask(hub, { host: 'localhost', path: '/.well-known/acme-challenge/../../secret' })).toMatchObject({
      status: 307,
    })
  })

  test('is not closed by api.allow: an ACME server comes from anywhere', async () => {
    await using hub = await startTestHub({ settings: { api: { redirect_port: 0, allow: ['10.0.0.0/8'] } } })
    expect(await ask(hub, { host: 'localhost', path: '/' })).toMatchObject({ status: 307 })
  })
})

async function startRedirectingHub(hasFolder = false): Promise<TestHub> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(await temporaryFolder())
  const acme = hasFolder ? { acme_folder: join(folder, 'web') } : {}
  const settings = { public_host: 'hub.example.com', api: { redirect_port: 0, ...acme } }
  const hub = stack.use(await startTestHub({ folder, settings }))
  const resources = stack.move()
  return { ...hub, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

interface Asked {
  readonly host: string
  readonly path: string
  readonly method?: string
}

async function ask({ hub }: TestHub, { host, path, method = 'GET' }: Asked) {
  const outgoing = request({ host: '127.0.0.1', port: hub.redirectPort, path, method, headers: { host }, agent: false })
  const [incoming] = await once(outgoing.end(), 'response')
  return { status: incoming.statusCode, headers: incoming.headers, text: await text(incoming) }
}
