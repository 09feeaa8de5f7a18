import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { RefusalCause } from '../../src/refusal.ts'
import { administer, createAdministrator, createApiToken, refusalsOf } from '../support/administrators.ts'
import { type Backend, startBackend } from '../support/backend.ts'
import { openConsoleBrowser } from '../support/console-browser.ts'
import { type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'

interface Route {
  readonly path?: string
  readonly auth?: 'none' | 'api' | 'mtls'
}

function settingsOf({ host, port }: Backend, ...routes: readonly Route[]) {
  return { server: { reverse_proxy: routes.map((route) => ({ path: '/app', host, port, ...route })) } }
}

function startHubBefore(backend: Backend, ...routes: readonly Route[]): Promise<TestHub> {
  return startTestHub({ settings: settingsOf(backend, ...routes) })
}

describe('what is forwarded ends with the right to it:', () => {
  for (const { name, auth, end, cause } of [
    {
      name: 'a WebSocket, with the certificate that is revoked',
      auth: 'mtls',
      end: (hub) => hub.api('DELETE', '/api/devices/certificates/device-001'),
      cause: 'certificate_revoked',
    },
    {
      name: 'a WebSocket, with the device that is suspended',
      auth: 'mtls',
      end: (hub) => hub.api('PATCH', '/api/devices/device-001', { body: { state: 'suspended' } }),
      cause: 'identity_suspended',
    },
    {
      name: 'a WebSocket, with the token that is revoked',
      auth: 'api',
      end: (hub, { id }) => hub.api('DELETE', `/api/tokens/${id}`),
      cause: 'token_invalid',
    },
    {
      name: 'a WebSocket, with the mode that admitted its token',
      auth: 'api',
      async end(hub) {
        hub.write({ api: { auth: 'mtls' } })
        await hub.hub.reload()
      },
      cause: 'certificate_missing',
    },
    {
      name: 'a WebSocket, with the session of the console that is ended',
      auth: 'session',
      async end(hub) {
        const { items } = await administer(hub, 'GET', '/api/console-sessions')
        await administer(hub, 'DELETE', `/api/console-sessions/${items[0].id}`)
      },
      cause: 'console_session_invalid',
    },
  ] satisfies readonly {
    readonly name: string
    readonly auth: 'api' | 'mtls' | 'session'
    readonly end: (hub: TestHub, token: { readonly id: string }) => Promise<unknown>
    readonly cause: RefusalCause
  }[]) {
    test(name, async () => {
      await using backend = await startBackend((_request, response) => response.end())
      const sockets = new WebSocketServer({ server: backend.server as never })
      await using hub = await startHubBefore(backend, { auth: auth === 'session' ? 'api' : auth })
      const { cert, key } = await hub.enrol('device-001')
      const ours = await createApiToken(hub, 'eva')
      const browser = openConsoleBrowser(hub)
      if (auth === 'session') await browser.ask('POST', '/api/session', { token: ours.token })
      const { cookie } = browser
      const headers = {
        ...(auth === 'api' ? { authorization: `Bearer ${ours.token}` } : {}),
        ...(cookie === undefined ? {} : { cookie }),
      }
      const client = new WebSocket(`wss://localhost:${hub.hub.apiPort}/app`, {
        ca: hub.ca,
        headers,
        ...(auth === 'mtls' ? { cert, key } : {}),
      })
      const [[theirs]] = await Promise.all([once(sockets, 'connection'), once(client, 'open')])
      await Promise.all([once(client, 'close'), once(theirs, 'close'), end(hub, ours)])
      expect((await refusalsOf(hub)).map((refusal) => refusal['cause'])).toEqual([cause])
    })
  }

  test('an answer without an end, too; others go on', async () => {
    await using backend = await startBackend((_request, response) => void response.write('never the end'))
    await using hub = await startHubBefore(backend, { auth: 'mtls' }, { path: '/open' })
    const [lost, kept] = [await hub.enrol('lost'), await hub.enrol('kept')]
    const ask = async (path: string, { cert, key }: Credentials): Promise<IncomingMessage> => {
      const port = hub.hub.apiPort
      const request = requestHttps({ host: 'localhost', port, ca: hub.ca, path, cert, key, agent: false }).end()
      const [answer] = await once(request, 'response')
      return answer.on('error', () => undefined).resume()
    }
    const [cut, ...others] = [await ask('/app', lost), await ask('/app', kept), await ask('/open', lost)]
    await Promise.all([closed(cut), hub.api('DELETE', '/api/devices/certificates/lost')])
    expect(others.map(({ destroyed }) => destroyed)).toEqual([false, false])
    for (const answer of others) answer.destroy()
  })
})

test('a page of another origin makes no browser use its certificate for a route of the API', async () => {
  await using backend = await startBackend((_request, response) => response.end())
  await using hub = await startTestHub({ settings: { ...settingsOf(backend, { auth: 'api' }), api: { auth: 'mtls' } } })
  const credentials = await createAdministrator(hub, 'eva')
  const own = `https://localhost:${hub.hub.apiPort}`
  const ask = async (origin: string) => {
    const headers = { origin, host: `localhost:${hub.hub.apiPort}` }
    return (await hub.api('POST', '/app', { token: null, credentials, headers })).status
  }
  expect([await ask(own), await ask('https://evil.example'), await ask('null')]).toEqual([200, 403, 403])
  expect(await refusalsOf(hub)).toMatchObject([{ cause: 'cross_origin', count: 2 }])
})

test('a session of the console opens a route of the API, for its own pages, and its cookie stays here', async () => {
  const seen: (string | undefined)[] = []
  await using backend = await startBackend((request, response) => {
    seen.push(request.headers.cookie)
    response.end()
  })
  await using hub = await startHubBefore(backend, { auth: 'api' })
  const browser = openConsoleBrowser(hub)
  await browser.open((await administer(hub, 'POST', '/api/sign-in-links')).link)
  const cookie = `theme=dark; ${browser.cookie}`
  const ask = async (method: string, headers: Readonly<Record<string, string>> = {}) =>
    (await hub.api(method, '/app', { token: null, headers: { cookie, ...headers } })).status
  const own = `https://localhost:${hub.hub.apiPort}`
  expect([await ask('GET'), await ask('POST', { origin: own })]).toEqual([200, 200])
  expect([await ask('POST'), await ask('GET', { origin: 'https://evil.example' })]).toEqual([403, 403])
  expect(await ask('POST', { 'sec-fetch-site': 'same-site' })).toBe(403)
  await browser.ask('DELETE', '/api/session')
  expect(await ask('GET')).toBe(401)
  expect(seen).toEqual(['theme=dark', 'theme=dark'])
})

/** However it ended. */
function closed(answer: IncomingMessage): Promise<void> {
  return new Promise((resolve) => answer.once('close', () => resolve()))
}
