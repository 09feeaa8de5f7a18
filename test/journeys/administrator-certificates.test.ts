import { once } from 'node:events'
import { Agent, request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { connect, type SecureVersion } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { administer, createAdministrator, createApiToken, refusalsOf } from '../support/administrators.ts'
import { openHubCa } from '../support/certificate-maker.ts'
import { returnCodeOf } from '../support/login.ts'
import { connectPacket } from '../support/raw-client.ts'
import { type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'
import { openWebSocket } from '../support/web-socket-client.ts'

describe('an administrator’s certificate', () => {
  test('ends with the next request of a connection that stays open', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls' } } })
    const eva = await createAdministrator(hub, 'eva')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    using _agent = { [Symbol.dispose]: () => agent.destroy() }
    expect(await askKept(hub, agent, eva)).toMatchObject({ status: 200 })
    expect(await askKept(hub, agent, eva)).toEqual({ status: 200, reused: true })
    await administer(hub, 'DELETE', '/api/admin-certificates/eva')
    expect(await askKept(hub, agent, eva)).toEqual({ status: 401, reused: true })
    expect(await refusalsOf(hub)).toMatchObject([{ cause: 'certificate_revoked', surface: 'https' }])
  })

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`is asked about again when its session of ${version} is resumed`, async () => {
      await using hub = await startTestHub({ settings: { api: { auth: 'mtls' }, tls: { session_resumption: true } } })
      const eva = await createAdministrator(hub, 'eva')
      const first = await askOnce(hub, { ...eva, version })
      expect(first).toMatchObject({ status: 200, resumed: false })
      expect(await askOnce(hub, { ...eva, version, session: first.session })).toMatchObject({
        status: 200,
        resumed: true,
      })
      // The ticket alone: the session was let in for the certificate, which is still asked about.
      expect(await askOnce(hub, { version, session: first.session })).toMatchObject({ status: 200, resumed: true })
      await administer(hub, 'DELETE', '/api/admin-certificates/eva')
      expect(await askOnce(hub, { ...eva, version, session: first.session })).toMatchObject({
        status: 401,
        resumed: true,
      })
    })
  }

  test('has the role that the registry holds, and gives way to a newer one once that is used', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls' } } })
    const [older, newer] = [
      await createAdministrator(hub, 'eva', { role: 'auditor' }),
      await createAdministrator(hub, 'eva'),
    ]
    const change = { body: { deviceId: 'pump' }, token: null, credentials: older }
    expect((await hub.api('GET', '/api/devices', { token: null, credentials: older })).status).toBe(200)
    expect((await hub.api('POST', '/api/devices', change)).status).toBe(403)
    expect((await hub.api('GET', '/api/devices', { token: null, credentials: newer })).status).toBe(200)
    expect((await hub.api('GET', '/api/devices', { token: null, credentials: older })).status).toBe(401)
    expect((await refusalsOf(hub)).map(({ cause }) => cause)).toEqual(['certificate_superseded', 'role_too_small'])
    const { items } = await administer(hub, 'GET', '/api/admin-certificates')
    expect(items.map(({ role, state }: Record<string, string>) => `${role} ${state}`).toSorted()).toEqual([
      'auditor active',
      'auditor superseded',
    ])
  })

  test('is not for MQTT, over TLS or WebSocket', async () => {
    await using hub = await startTestHub()
    const eva = await createAdministrator(hub, 'eva')
    expect(await returnCodeOf(hub, eva)).toBe(5)
    using client = await openWebSocket(hub, eva)
    client.send(connectPacket({}))
    expect(await client.next('connack')).toMatchObject({ returnCode: 5 })
    const refused = { cause: 'certificate_kind_wrong', expected: 'a certificate of a device or service' }
    expect(await refusalsOf(hub)).toMatchObject([
      { ...refused, surface: 'wss' },
      { ...refused, surface: 'mqtts' },
    ])
  })

  test('does nothing for a page of another origin, which a browser shows it for', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls_or_token' } } })
    const credentials = await createAdministrator(hub, 'eva')
    const call = (origin: string, token: string | null) =>
      hub.api('POST', '/api/devices/certificates/device-001', { headers: { origin }, token, credentials })
    for (const origin of ['https://evil.example.com', 'null', `http://localhost:${hub.hub.apiPort}`]) {
      expect((await call(origin, null)).json()).toMatchObject({ status: 403, code: 'forbidden' })
    }
    expect((await administer(hub, 'GET', '/api/devices')).items).toEqual([])
    expect(await refusalsOf(hub)).toMatchObject([{ cause: 'cross_origin', surface: 'https', count: 3 }])
    expect((await call(`https://localhost:${hub.hub.apiPort}`, null)).status).toBe(201)
    const { token } = await createApiToken(hub, 'eva')
    expect((await call('https://app.example.com', token)).status).toBe(201)
  })

  test('that our CA signed and nobody issued makes no administrator, nor a device', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls' }, ca: { unknown: 'auto' } } })
    await createAdministrator(hub, 'eva')
    const credentials = await (await openHubCa(hub)).make({ commonNames: ['eva'] })
    expect((await hub.api('GET', '/api/devices', { token: null, credentials })).status).toBe(401)
    expect(await refusalsOf(hub)).toMatchObject([{ cause: 'certificate_unknown' }])
    expect((await administer(hub, 'GET', '/api/certificates')).items).toHaveLength(1)
  })
})

test('the command line reaches another hub by the certificate that it made', async () => {
  await using hub = await startTestHub({ settings: { api: { auth: 'mtls' } } })
  const local = ['--data-dir', hub.dataDir]
  const cwd = hub.folder
  expect(await run({ argv: ['admin-cert', 'create', 'eva', '--out', 'eva', ...local], cwd })).toMatchObject({ code: 0 })
  const remote = ['--url', `https://localhost:${hub.hub.apiPort}`, '--ca', 'eva/ca-cert.pem']
  const shown = ['--cert', 'eva/eva-cert.pem', '--key', 'eva/eva-key.pem']
  expect(await run({ argv: ['device', 'list', ...remote, ...shown], cwd })).toMatchObject({ code: 0 })
  const unknown = await run({ argv: ['device', 'list', ...remote], cwd })
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('admin-cert create NAME') })
  expect(await run({ argv: ['admin-cert', 'revoke', 'eva', ...remote, ...shown], cwd })).toMatchObject({ code: 0 })
  const revoked = await run({ argv: ['device', 'list', ...remote, ...shown], cwd })
  expect(revoked).toMatchObject({ code: 1, stderr: expect.stringContaining('The certificate was revoked') })
  expect((await run({ argv: ['admin-cert', 'list', ...local], cwd })).stdout).toMatch(/^eva +admin +revoked/m)
})

async function askKept(
  hub: TestHub,
  agent: Agent,
  { cert, key }: Credentials,
): Promise<{ status: number; reused: boolean }> {
  const outgoing = httpsRequest({
    host: 'localhost',
    port: hub.hub.apiPort,
    path: '/api/mode',
    ca: hub.ca,
    cert,
    key,
    agent,
  }).end()
  const [incoming] = await once(outgoing, 'response')
  await text(incoming)
  return { status: incoming.statusCode, reused: outgoing.reusedSocket }
}

interface Single extends Partial<Credentials> {
  readonly version: SecureVersion
  readonly session?: Buffer | undefined
}

/** One request on a connection of its own, with the TLS session it may be resumed by. */
async function askOnce({ hub, ca }: TestHub, { version, session, cert, key }: Single) {
  const socket = connect({
    host: 'localhost',
    port: hub.apiPort,
    ca,
    minVersion: version,
    maxVersion: version,
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(session ? { session } : {}),
  })
  const sessions: Buffer[] = []
  socket.on('session', (ticket) => sessions.push(ticket))
  socket.write('GET /api/mode HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  await once(socket, 'secureConnect')
  const resumed = socket.isSessionReused()
  const answer = await text(socket)
  return { status: Number(answer.split(' ')[1]), resumed, session: sessions.at(-1) }
}
