import { request as httpRequest } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { RefusalCause } from '../../src/refusal.ts'
import type { AuthMode } from '../../src/registry/auth-mode.ts'
import { administer, createAdministrator, createApiToken, refusalsOf } from '../support/administrators.ts'
import { createForeignCa } from '../support/certificate-maker.ts'
import { type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'

interface Shown {
  readonly credentials?: Credentials
  readonly token?: string
}

type Outcome = 'in' | RefusalCause
type Row = readonly [mtls: Outcome, token: Outcome, open: Outcome, or: Outcome, and: Outcome]

const MODES: readonly AuthMode[] = ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token']
const [MISSING, NO_TOKEN, CLOSED, BAD_TOKEN] = [
  'certificate_missing',
  'token_missing',
  'api_closed',
  'token_invalid',
] as const
const [REVOKED, EXPIRED, DIFFER] = ['certificate_revoked', 'certificate_expired', 'credentials_differ'] as const

/** In the order of MODES. */
const TABLE = {
  nothing: [MISSING, NO_TOKEN, CLOSED, 'credential_missing', MISSING],
  certificate: ['in', NO_TOKEN, CLOSED, 'in', NO_TOKEN],
  token: [MISSING, 'in', CLOSED, 'in', MISSING],
  'both of one': ['in', 'in', CLOSED, 'in', 'in'],
  'both of two': [DIFFER, 'in', CLOSED, DIFFER, DIFFER],
  'revoked certificate': badCertificate(REVOKED),
  'revoked certificate and token': badCertificate(REVOKED, 'in'),
  'expired certificate': badCertificate(EXPIRED),
  'expired certificate and token': badCertificate(EXPIRED, 'in'),
  'certificate of a device': badCertificate('certificate_kind_wrong'),
  'certificate of a device and token': badCertificate('certificate_kind_wrong', 'in'),
  'certificate of a stranger': badCertificate('issuer_unknown'),
  'revoked token': [MISSING, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, MISSING],
  'expired token': [MISSING, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, MISSING],
  'certificate and revoked token': [BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN],
  'certificate and expired token': [BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN, BAD_TOKEN],
} as const satisfies Record<string, Row>

type Cell = keyof typeof TABLE

/** Where certificates are looked at, a bad one refuses whatever else is shown. */
function badCertificate(cause: RefusalCause, token: Outcome = NO_TOKEN): Row {
  return [cause, token, CLOSED, cause, cause]
}

describe('who may call the API:', () => {
  for (const [index, mode] of MODES.entries()) {
    test(`every cell of ${mode}, over HTTPS`, async () => {
      await using hub = await startTestHub({ settings: { api: { auth: mode } } })
      const cells = await arrange(hub)
      const found: [string, Outcome][] = []
      for (const [cell, shown] of Object.entries(cells)) found.push([cell, await ask(hub, shown)])
      expect(Object.fromEntries(found)).toEqual(
        Object.fromEntries(Object.entries(TABLE).map(([cell, row]) => [cell, row[index]])),
      )
      expect(hub.log.text).not.toMatch(/sgn_[0-9a-f]{12}_/)
    })

    test(`over hub.sock and in plain HTTP in ${mode}`, async () => {
      await using hub = await startTestHub({ settings: { auth: { mode } } })
      const { token } = await createApiToken(hub, 'eva', { role: 'auditor' })
      const socketPath = join(hub.dataDir, 'hub.sock')
      expect(await askPlainly({ socketPath, method: 'DELETE', path: '/api/tokens/none' })).toMatchObject({
        status: 404,
      })
      expect(await askPlainly({ socketPath, path: '/api/mode' })).toEqual({
        status: 200,
        body: { mqtt: mode, api: mode },
      })
      const byToken = await askPlainly({ port: hub.hub.apiPort, path: '/api/mode', token })
      const withoutToken = await askPlainly({ port: hub.hub.apiPort, path: '/api/mode' })
      const takesTokens = mode === 'token' || mode === 'mtls_or_token'
      const closed = mode === 'https_only' ? 403 : 401
      expect([byToken.status, withoutToken.status]).toEqual([takesTokens ? 200 : closed, closed])
    })

    test(`what is public stays public in ${mode}`, async () => {
      await using hub = await startTestHub({ settings: { api: { auth: mode } } })
      const device = await administer(hub, 'POST', '/api/devices/certificates/device-001')
      const { clientCert: cert, clientKey: key } = device
      for (const path of [
        '/livez',
        '/readyz',
        '/pki/ca.pem',
        '/pki/ca.cer',
        '/api/time',
        '/api/health/logging',
        '/api/devices/certificates/ca/certificate',
        '/openapi.json',
      ]) {
        for (const credentials of [undefined, { cert, key }]) {
          expect((await hub.api('GET', path, { token: null, credentials })).status, path).toBe(200)
        }
      }
      expect(await refusalsOf(hub)).toEqual([])
    })
  }
})

async function arrange(hub: TestHub): Promise<Readonly<Record<Cell, Shown>>> {
  const [eva, lost, late] = [
    await createAdministrator(hub, 'eva'),
    await createAdministrator(hub, 'lost'),
    await createAdministrator(hub, 'late', { validityDays: 1 }),
  ]
  const device = await administer(hub, 'POST', '/api/devices/certificates/device-001')
  const stranger = await (await createForeignCa('CN=Somebody Else')).make({ commonNames: ['eva'] })
  const [ofEva, ofAdam, ofLost, ofLate] = [
    await createApiToken(hub, 'eva'),
    await createApiToken(hub, 'adam'),
    await createApiToken(hub, 'lost'),
    await createApiToken(hub, 'late'),
  ]
  const revoked = await createApiToken(hub, 'eva')
  const expiresAt = new Date(hub.clock.now().getTime() + 60_000).toISOString()
  const expired = await createApiToken(hub, 'eva', { expiresAt })
  hub.clock.advance(25 * 3_600_000)
  await administer(hub, 'DELETE', `/api/tokens/${revoked.id}`)
  await administer(hub, 'DELETE', '/api/admin-certificates/lost?reason=keyCompromise')
  const ofDevice = { cert: device.clientCert, key: device.clientKey }
  return {
    nothing: {},
    certificate: { credentials: eva },
    token: ofEva,
    'both of one': { credentials: eva, ...ofEva },
    'both of two': { credentials: eva, ...ofAdam },
    'revoked certificate': { credentials: lost },
    'revoked certificate and token': { credentials: lost, ...ofLost },
    'expired certificate': { credentials: late },
    'expired certificate and token': { credentials: late, ...ofLate },
    'certificate of a device': { credentials: ofDevice },
    'certificate of a device and token': { credentials: ofDevice, ...ofEva },
    'certificate of a stranger': { credentials: stranger },
    'revoked token': revoked,
    'expired token': expired,
    'certificate and revoked token': { credentials: eva, ...revoked },
    'certificate and expired token': { credentials: eva, ...expired },
  }
}

/** What becomes of one request; a refusal is a problem document whose sentence is the mend of the recorded cause. */
async function ask(hub: TestHub, { credentials, token = '' }: Shown): Promise<Outcome> {
  const { status, headers, json } = await hub.api('GET', '/api/devices', { token: token || null, credentials })
  if (status === 200) return 'in'
  const { detail } = json()
  const refusal = (await refusalsOf(hub)).find(({ mend }) => mend === detail)
  expect({ ...refusal, type: headers['content-type'] }).toMatchObject({
    surface: 'https',
    type: 'application/problem+json',
  })
  const cause = refusal?.['cause'] as RefusalCause
  expect(status, cause).toBe(cause === 'api_closed' ? 403 : 401)
  return cause
}

interface PlainRequest {
  readonly socketPath?: string
  readonly port?: number
  readonly method?: string
  readonly path: string
  readonly token?: string
}

async function askPlainly({ token, ...request }: PlainRequest): Promise<{ status: number; body: unknown }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: 'localhost', ...request, headers, agent: false }, async (incoming) =>
      resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(await text(incoming)) }),
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

describe('https_only with auth.open_on_loopback', () => {
  const settings = { api: { auth: 'https_only', host: '127.0.0.1' }, auth: { open_on_loopback: true } } as const

  test('lets programs on this machine do everything, and pages of others nothing', async () => {
    await using hub = await startTestHub({ settings })
    const path = '/api/devices/certificates/device-001'
    expect((await hub.api('POST', path, { token: null })).status).toBe(201)
    expect((await hub.api('POST', path, { token: 'sgn_wrong' })).status).toBe(401)
    const evil = { token: null, headers: { origin: 'https://evil.example.com' } }
    expect((await hub.api('POST', path, evil)).status).toBe(403)
    expect((await administer(hub, 'GET', `${path}?include=detail`)).certificates).toHaveLength(1)
  })

  test('takes nobody for this machine who comes by a proxy on it, whatever that says', async () => {
    const proxied = { ...settings, server: { proxy_protocol_from: ['127.0.0.2'] } }
    await using hub = await startTestHub({ settings: proxied })
    const call = 'GET /api/devices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    for (const header of ['PROXY TCP4 127.0.0.1 127.0.0.1 4711 3000', 'PROXY UNKNOWN']) {
      const raw = connectTcp({ host: '127.0.0.1', port: hub.hub.apiPort, localAddress: '127.0.0.2' })
      raw.write(`${header}\r\n${call}`)
      expect(await text(raw)).toMatch(/^HTTP\/1\.1 307 /)
      const below = connectTcp({ host: '127.0.0.1', port: hub.hub.apiPort, localAddress: '127.0.0.2' })
      below.write(`${header}\r\n`)
      const caller = connectTls({ socket: below, servername: 'localhost', ca: hub.ca })
      caller.write(call)
      expect(await text(caller)).toMatch(/^HTTP\/1\.1 403 /)
    }
    expect((await refusalsOf(hub)).map(({ cause }) => cause)).toEqual(['api_closed', 'api_closed'])
  })

  test('takes nobody for this machine whose request another server hands on', async () => {
    await using hub = await startTestHub({ settings })
    const headers = { 'x-forwarded-for': '192.0.2.7' }
    expect((await hub.api('GET', '/api/devices', { token: null, headers })).status).toBe(403)
  })

  test('is not heeded where the API is bound to more than this machine', async () => {
    await using hub = await startTestHub({ settings: { ...settings, api: { auth: 'https_only', host: '::' } } })
    expect((await hub.api('GET', '/api/devices', { token: null })).status).toBe(403)
    expect(await refusalsOf(hub)).toMatchObject([{ cause: 'api_closed' }])
  })
})
