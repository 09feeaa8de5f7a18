import { request } from 'node:https'
import { expect, test } from 'vitest'
import { startHub } from '../../src/hub.ts'
import { run } from '../cli/terminal.ts'
import { openHubCa } from '../support/certificate-maker.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { type Credentials, type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/pump'

test('limits hold for what comes after a reload, and nobody is disconnected by it', async () => {
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  const backend = await hub.connect(await hub.enrolService('backend', ['#']))
  await subscribedAndGone(hub, pump)
  const limits = { queue_messages: 2, subscriptions: 1, retained_messages: 0, packet_bytes: '1KiB' }
  expect((await hub.reload({ limits })).json()).toEqual({
    applied: ['limits.packet_bytes', 'limits.subscriptions', 'limits.queue_messages', 'limits.retained_messages'],
    needsRestart: [],
  })

  for (const text of ['one', 'two', 'three']) await backend.publishAsync(`${OWN}/to`, text, { qos: 1 })
  await backend.publishAsync(`${OWN}/kept`, 'not for long', { qos: 1, retain: true })
  expect(backend.connected).toBe(true)
  using client = await openRawClient(hub, pump)
  client.send(connectPacket({ clientId: 'pump', clean: false }))
  const subscriptions = [`${OWN}/kept`].map((topic) => ({ topic, qos: 1 as const }))
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
  expect(await client.next('suback')).toMatchObject({ granted: [0x80] })
  client.send({ cmd: 'pingreq' })
  await client.next('pingresp')
  const delivered = client.received.flatMap((packet) => (packet.cmd === 'publish' ? [String(packet.payload)] : []))
  expect(delivered).toEqual(['two', 'three'])
  client.send({ cmd: 'publish', topic: OWN, payload: 'x'.repeat(2048), qos: 0, dup: false, retain: false })
  await client.closed
  expect((await hub.refusals()).map(({ cause }) => cause)).toContain('packet_too_large')
})

test('the end of a session that waits moves with limits.session_expiry', async () => {
  await using hub = await startTestHub()
  await subscribedAndGone(hub, await hub.enrol('pump'))
  const endOf = async () => Date.parse((await hub.api('GET', '/api/sessions/pump')).json().expiresAt)
  const before = await endOf()
  await hub.reload({ limits: { session_expiry: '1d' } })
  expect(before - (await endOf())).toBe(6 * 86_400_000)
})

test('who may come, and how, is decided by the new configuration', async () => {
  await using hub = await startTestHub()
  const stranger = await (await openHubCa(hub)).make({ commonNames: ['stranger'] })
  await hub.enrol('pump')
  const asEmqx = { body: { clientid: 'pump', cert_common_name: 'pump' } }
  const validate = async () => (await hub.api('POST', '/api/devices/certificates/validate', asEmqx)).json().result
  const page = 'https://app.example.com'
  expect([await connect(hub, stranger), await validate(), await openSocketFrom(hub, page)]).toEqual([5, 'deny', 403])

  await hub.reload({
    ca: { unknown: 'auto' },
    emqx: { allow_cn_only: true },
    mqtt: { allowed_origins: [page] },
    api: { loopback_http: false },
    log: { level: 'warn' },
  })
  expect([await connect(hub, stranger), await validate(), await openSocketFrom(hub, page)]).toEqual([0, 'allow', 101])
  const plain = await fetch(`http://localhost:${hub.hub.apiPort}/api/devices`, { redirect: 'manual' })
  expect(plain.status).toBe(307)
  expect((await hub.api('GET', '/api/health/logging')).json()).toMatchObject({ level: 'warn' })
})

test('HSTS is said of the name that public_host has now', async () => {
  const tls = { server_names: ['old.example.com', 'new.example.com'] }
  await using hub = await startTestHub({ settings: { public_host: 'old.example.com', tls } })
  const heard = async (host: string) =>
    (await hub.api('GET', '/livez', { token: null, headers: { host } })).headers['strict-transport-security']
  expect([await heard('old.example.com'), await heard('new.example.com')]).toEqual(['max-age=31536000', undefined])
  await hub.reload({ public_host: 'new.example.com', tls })
  expect([await heard('old.example.com'), await heard('new.example.com')]).toEqual([undefined, 'max-age=31536000'])
})

test('what needs a restart is named and stays as it is, each time until there is one', async () => {
  await using hub = await startTestHub()
  const settings = { mqtt: { inflight: 3 }, log: { level: 'warn' as const } }
  const signet = (line: string) =>
    run({ argv: ['config', 'reload', ...line.split(' ').filter(Boolean)], cwd: hub.folder })
  hub.write(settings)
  expect(await signet('')).toMatchObject({ code: 0, stdout: 'log.level is in force\nmqtt.inflight needs a restart\n' })
  expect(JSON.parse((await signet('--json')).stdout)).toEqual({ applied: [], needsRestart: ['mqtt.inflight'] })
  hub.write({ log: { level: 'warn' } })
  expect((await signet('')).stdout).toBe('Nothing has changed\n')
})

test('a mode that would shut its caller out is refused, except on the hub’s own machine', async () => {
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  const answer = await hub.reload({ auth: { mode: 'mtls' } })
  expect([answer.status, answer.json()]).toMatchObject([
    409,
    { code: 'locked_out', detail: expect.stringContaining('certificate_missing') },
  ])
  expect((await hub.api('GET', '/api/mode')).json()).toEqual({ mqtt: 'mtls', api: 'token' })

  hub.write({ mqtt: { auth: 'token' }, api: { auth: 'mtls' } })
  const local = await run({ argv: ['config', 'reload'], cwd: hub.folder })
  expect(local).toMatchObject({ code: 0, stdout: 'api.auth is in force\nmqtt.auth is in force\n' })
  expect((await hub.api('GET', '/api/mode')).status).toBe(401)
  using client = await openRawClient(hub, pump)
  client.send(connectPacket({ clientId: 'pump' }))
  expect((await client.next('connack'))?.returnCode).not.toBe(0)
})

test('a caller is not shut out by what a reload does not put in force, nor made less than an administrator', async () => {
  await using hub = await startTestHub({ settings: { api: { host: '::' } } })
  const open = { api: { host: '127.0.0.1', auth: 'https_only' }, auth: { open_on_loopback: true } } as const
  const shut = await hub.reload(open)
  expect([shut.status, shut.json().detail]).toMatchObject([409, expect.stringContaining('api_closed')])

  const issued = await hub.api('POST', '/api/admin-certificates', { body: { name: 'eva', role: 'auditor' } })
  const { clientCert: cert, clientKey: key } = issued.json()
  hub.write({ api: { host: '::', auth: 'mtls_or_token' } })
  const { token } = (await hub.api('POST', '/api/tokens', { body: { name: 'eva', role: 'admin' } })).json()
  const less = await hub.api('POST', '/api/config/reload', { token, credentials: { cert, key } })
  expect([less.status, less.json().detail]).toMatchObject([409, expect.stringContaining('role_too_small')])
  expect((await hub.api('GET', '/api/mode')).json()).toMatchObject({ api: 'token' })
})

test('of two reloads at a time, the later one wins', async () => {
  await using hub = await startTestHub()
  hub.write({ log: { level: 'warn' } })
  const first = hub.api('POST', '/api/config/reload')
  const second = hub.reload({ log: { level: 'error' } })
  await Promise.all([first, second])
  expect((await hub.api('GET', '/api/health/logging')).json()).toMatchObject({ level: 'error' })
})

test('a configuration with a fault changes nothing, and the answer tells the fault', async () => {
  await using hub = await startTestHub()
  const answer = await hub.reload({ log: { level: 'warn' }, limits: { connections: 0 } })
  expect([answer.status, answer.json()]).toMatchObject([
    422,
    { code: 'configuration_invalid', detail: expect.stringContaining('limits.connections') },
  ])
  expect((await hub.api('GET', '/api/health/logging')).json()).toMatchObject({ level: 'debug' })
})

test('only an administrator has the configuration read', async () => {
  await using hub = await startTestHub()
  const { token } = (await hub.api('POST', '/api/tokens', { body: { name: 'ops', role: 'operator' } })).json()
  expect((await hub.api('POST', '/api/config/reload', { token })).status).toBe(403)
})

test('a hub within a program keeps the settings it was given', async () => {
  await using hub = await startHub({
    inMemory: true,
    log: { write: () => undefined },
    settings: { api: { host: '127.0.0.1', port: 0 }, mqtt: { host: '127.0.0.1', port: 0 } },
  })
  const answer = await hub.fetch(new Request('https://localhost/api/config/reload', { method: 'POST' }))
  expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'configuration_fixed' }])
})

async function subscribedAndGone(hub: TestHub, credentials: Enrolled): Promise<void> {
  const client = await hub.connect(credentials, { clientId: credentials.id, clean: false })
  await client.subscribeAsync(`${OWN}/to`, { qos: 1 })
  await client.endAsync()
}

async function connect(hub: TestHub, credentials: Credentials): Promise<number | undefined> {
  using client = await openRawClient(hub, credentials)
  client.send(connectPacket({ clientId: 'stranger' }))
  return (await client.next('connack'))?.returnCode
}

/** The status that a page of this origin is answered with. */
function openSocketFrom({ ca, hub: { apiPort } }: TestHub, origin: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AQIDBAUGBwgJCgsMDQ4PEA==',
    'sec-websocket-protocol': 'mqtt',
    origin,
  }
  const outgoing = request({ host: 'localhost', port: apiPort, path: '/mqtt', ca, headers, agent: false })
  outgoing.on('response', (response) => {
    response.resume()
    resolve(response.statusCode)
  })
  outgoing.on('upgrade', ({ statusCode }, socket) => {
    socket.destroy()
    resolve(statusCode)
  })
  outgoing.on('error', reject)
  outgoing.end()
  return promise
}
