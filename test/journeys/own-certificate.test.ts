import { verify, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startHub } from '../../src/hub.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { nextMessage } from '../support/next-message.ts'
import { expectTrusted, readShown } from '../support/shown-certificate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'
import { createWebPki, saveServerFiles } from '../support/web-pki.ts'

const DAY = 86_400_000

/** A folder for the hub, one for the certificate, and a public CA that signs what is put there. */
async function openScene() {
  await using stack = new AsyncDisposableStack()
  const root = stack.use(await temporaryFolder()).path
  const folder = stack.use(await temporaryFolder()).path
  const web = await createWebPki(folder)
  const renew = async (): Promise<{
    readonly leaf: string
    readonly files: { cert_file: string; key_file: string }
  }> => {
    const { cert, key } = await web.issue()
    return { leaf: cert, files: await saveServerFiles(folder, { cert: cert + web.issuing, key }) }
  }
  const resources = stack.move()
  return { root, web, folder, renew, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Over a connection that stays, by a certificate of the public CA. */
async function ask(hub: TestHub, path: string, ca: string, agent: Agent): Promise<number | undefined> {
  const outgoing = request({ host: 'localhost', port: hub.hub.apiPort, path, ca, agent }).end()
  const [answer] = await once(outgoing, 'response')
  await once(answer.resume(), 'end')
  return answer.statusCode
}

describe('a certificate of the administrator serves HTTPS', () => {
  test('and MQTTS keeps the one that devices pin', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { leaf, files } = await scene.renew()
    await using hub = await startTestHub({ folder: scene.root, settings: { ssl: files } })
    await expectTrusted(hub.hub.apiPort, scene.web.root)
    expect((await readShown(hub.hub.apiPort)).fingerprint256).toBe(new X509Certificate(leaf).fingerprint256)
    await expectTrusted(hub.hub.mqttPort, hub.ca)
    expect(hub.hub.serverNames).toEqual(['localhost', 'hub.example.com', '127.0.0.1'])
    expect(hub.hub.caCertificate).toBe(hub.ca)
  })

  test('and with ssl.enabled off the own one does', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { files } = await scene.renew()
    await using hub = await startTestHub({ folder: scene.root, settings: { ssl: { ...files, enabled: false } } })
    await expectTrusted(hub.hub.apiPort, hub.ca)
  })

  test('and a new one in its files is shown to the next client, while a connection stays', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { files } = await scene.renew()
    await using hub = await startTestHub({ folder: scene.root, settings: { ssl: files } })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const sockets = new Set<unknown>()
    agent.on('free', (socket) => sockets.add(socket))
    expect(await ask(hub, '/livez', scene.web.root, agent)).toBe(200)
    const { promise: exchanged, resolve } = Promise.withResolvers<string>()
    hub.hub.events.subscribe('certificate.exchanged', ({ fingerprint }) => resolve(fingerprint))
    const { leaf } = await scene.renew()
    expect(await exchanged).toBe(new X509Certificate(leaf).fingerprint256)
    expect((await readShown(hub.hub.apiPort)).fingerprint256).toBe(await exchanged)
    expect(await ask(hub, '/livez', scene.web.root, agent)).toBe(200)
    expect(sockets.size).toBe(1)
    agent.destroy()
  })

  test('and a bad one leaves the old one in place, with a warning in /readyz', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { leaf, files } = await scene.renew()
    await using hub = await startTestHub({ folder: scene.root, settings: { ssl: files } })
    const fingerprint = new X509Certificate(leaf).fingerprint256
    await scene.web.openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', files.key_file)
    await hub.hub.reload()
    expect((await readShown(hub.hub.apiPort)).fingerprint256).toBe(fingerprint)
    const { status, body } = await readyz(hub, scene.web.root)
    expect(status).toBe(200)
    expect(body.checks).toContainEqual({
      name: 'https_certificate',
      ok: true,
      warning: 'A newer certificate could not be taken: the log says why',
    })
    const told = hub.log.lines.filter(({ msg }) => msg === 'New certificate refused, the old one is kept')
    expect(told).toMatchObject([
      { reason: expect.stringMatching(/fullchain\.pem .* does not belong to the private key/) },
    ])
    hub.clock.advance(91 * DAY)
    expect((await readyz(hub, scene.web.root)).status).toBe(503)
    expect(await readReadinessByName(hub, scene.web.root)).toMatchObject({
      https_certificate: false,
      mqtts_certificate: true,
    })
  })
})

async function readyz(hub: TestHub, ca: string) {
  const outgoing = request({ host: 'localhost', port: hub.hub.apiPort, path: '/readyz', ca, agent: false }).end()
  const [answer] = await once(outgoing, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const body: { readonly checks: readonly { readonly name: string; readonly ok: boolean }[] } = JSON.parse(
    Buffer.concat(chunks).toString(),
  )
  return { status: answer.statusCode, body }
}

async function readReadinessByName(hub: TestHub, ca: string): Promise<Readonly<Record<string, boolean>>> {
  const { checks } = (await readyz(hub, ca)).body
  return Object.fromEntries(checks.map(({ name, ok }) => [name, ok]))
}

test('a certificate that nobody has renewed is warned of a week before its end, and one that is not valid yet', async (context) => {
  needPrograms(context, 'openssl')
  await using scene = await openScene()
  const { leaf, files } = await scene.renew()
  await using hub = await startTestHub({ folder: scene.root, settings: { ssl: files } })
  const notAfter = Date.parse(new X509Certificate(leaf).validTo)
  const warningAt = async (milliseconds: number) => {
    hub.clock.advance(milliseconds - hub.clock.now().getTime())
    const answer = await hub.hub.fetch(new Request('https://localhost/readyz'))
    const { checks } = (await answer.json()) as { readonly checks: readonly { readonly name: string }[] }
    return checks.find(({ name }) => name === 'https_certificate')
  }
  expect(await warningAt(notAfter - 8 * DAY)).toEqual({ name: 'https_certificate', ok: true })
  expect(await warningAt(notAfter - 6 * DAY)).toEqual({
    name: 'https_certificate',
    ok: true,
    warning: `The certificate ends at ${new Date(notAfter).toISOString()}: renew it`,
  })
  const notBefore = Date.parse(new X509Certificate(leaf).validFrom)
  expect(await warningAt(notBefore - DAY)).toEqual({
    name: 'https_certificate',
    ok: true,
    warning: `The certificate is valid from ${new Date(notBefore).toISOString()} on: clients refuse it until then`,
  })
  expect(await warningAt(notAfter + DAY)).toMatchObject({ ok: false })
  const told = { status: 'failed', code: 'certificate_ending', values: { at: new Date(notAfter).toISOString() } }
  const ask = async (path: string) => {
    const headers = { authorization: `Bearer ${hub.adminToken}` }
    const answer = await hub.hub.fetch(new Request(`https://localhost${path}`, { headers }))
    return (await answer.json()) as { readonly findings?: unknown; readonly checks?: unknown }
  }
  const { findings } = await ask('/api/overview')
  expect(findings).toContainEqual(expect.objectContaining({ check: 'https_certificate', ...told }))
  const { checks } = await ask('/api/diagnostics/hub')
  expect(checks).toContainEqual(expect.objectContaining({ name: 'https_certificate', ...told }))
})

describe('a certificate of the administrator serves MQTTS', () => {
  test('and devices are given the CA that it leads to', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { leaf, files } = await scene.renew()
    const ca_file = join(scene.folder, 'web-root-cert.pem')
    const settings = { mqtt: { ssl: { ...files, ca_file } } }
    await using hub = await startTestHub({ folder: scene.root, settings })
    const issued = (await hub.api('POST', '/api/devices/certificates/pump')).json()
    expect(issued.caCert).toBe(scene.web.root)
    expect((await hub.api('GET', '/api/devices/certificates/ca/certificate')).json().caCert).toBe(scene.web.root)
    expect(readFileSync(join(hub.certsDir, 'devices/ca-cert.pem'), 'utf8')).toBe(scene.web.root)
    expect((await hub.api('GET', '/pki/ca.pem')).text).toBe(hub.ca)
    // An administrator calls the API, which shows the hub's own.
    const body = { name: 'eva', role: 'admin' }
    expect((await hub.api('POST', '/api/admin-certificates', { body })).json().caCert).toBe(hub.ca)
    const credentials = { cert: issued.clientCert, key: issued.clientKey }
    const client = await hub.connect(credentials, { ca: issued.caCert, clientId: 'pump' })
    const heard = nextMessage(client)
    await client.subscribeAsync('users/default/devices/pump/a')
    await client.publishAsync('users/default/devices/pump/a', '1')
    expect((await heard).payload).toBe('1')
    const { now, nonce, signature, certificate } = (await hub.api('GET', '/api/time?nonce=n')).json()
    expect(certificate).toContain(leaf)
    const key = new X509Certificate(certificate).publicKey
    const text = Buffer.from(`signet-time-1\n${nonce}\n${now}`)
    expect(verify('sha256', text, key, Buffer.from(signature, 'base64'))).toBe(true)
  })

  test('and each start tells how many devices were given another CA', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { files } = await scene.renew()
    const settings = { mqtt: { ssl: { ...files, ca_file: join(scene.folder, 'web-root-cert.pem') } } }
    const mistrustful = (hub: TestHub): unknown =>
      hub.log.lines.find(({ msg }) => String(msg).startsWith('Devices were given another CA'))?.['devices']
    {
      await using hub = await startTestHub({ folder: scene.root })
      for (const id of ['one', 'two', 'three']) await hub.enrol(id)
      await hub.api('DELETE', '/api/devices/certificates/three')
      expect(mistrustful(hub)).toBeUndefined()
    }
    {
      await using hub = await startTestHub({ folder: scene.root, settings })
      expect(mistrustful(hub)).toBe(2)
      await hub.enrol('two')
      await hub.enrol('four')
    }
    {
      await using hub = await startTestHub({ folder: scene.root, settings })
      expect(mistrustful(hub)).toBe(1)
    }
    await using hub = await startTestHub({ folder: scene.root })
    expect(mistrustful(hub)).toBe(2)
    expect(readFileSync(join(hub.certsDir, 'devices/ca-cert.pem'), 'utf8')).toBe(hub.ca)
  })

  test('and one that leads to another CA than devices were given is not taken while it runs', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    await using elsewhere = await temporaryFolder()
    const { leaf, files } = await scene.renew()
    const settings = { mqtt: { ssl: { ...files, ca_file: join(scene.folder, 'web-root-cert.pem') } } }
    await using hub = await startTestHub({ folder: scene.root, settings })
    const other = await createWebPki(elsewhere.path, 'Other')
    const { cert, key } = await other.issue()
    await saveServerFiles(scene.folder, { cert: cert + other.issuing, key })
    await hub.hub.reload()
    expect((await readShown(hub.hub.mqttPort)).fingerprint256).toBe(new X509Certificate(leaf).fingerprint256)
    const { checks } = (await hub.api('GET', '/readyz')).json()
    expect(checks).toContainEqual({
      name: 'mqtts_certificate',
      ok: true,
      warning: 'A newer certificate could not be taken: the log says why',
    })
    expect(hub.log.text).toContain('leads to another CA than the one that devices were given')
  })

  test('refused/one whose CA nobody knows', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { files } = await scene.renew()
    await expect(startTestHub({ folder: scene.root, settings: { mqtt: { ssl: files } } })).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining('mqtt.ssl.ca_file'),
    })
  })
})

test("three years of the hub's own certificate: renewed four times, and no connection is lost", async () => {
  await using hub = await startTestHub()
  // Of a life that does not end within the journey.
  const device = await hub.enrol('pump', { validityDays: 1500 })
  const client = await hub.connect(device, { clientId: 'pump' })
  let closed = false
  client.once('close', () => {
    closed = true
  })
  await client.subscribeAsync('users/default/devices/pump/month')
  const ca = new X509Certificate(hub.ca)
  const shown = new Set<string>()
  for (let month = 0; month < 37; month++) {
    await hub.hub.reload()
    for (const port of [hub.hub.mqttPort, hub.hub.apiPort]) {
      const certificate = await readShown(port)
      // The dates by the hub's clock, the signature by OpenSSL, whose clock stands still.
      expect(certificate.verify(ca.publicKey)).toBe(true)
      expect(Date.parse(certificate.validTo) - hub.clock.now().getTime()).toBeGreaterThan(90 * DAY)
      expect(certificate.checkHost('localhost')).toBe('localhost')
      shown.add(certificate.fingerprint256)
    }
    // Asked within: a client would hold the dates against its own clock.
    expect((await hub.hub.fetch(new Request('https://localhost/readyz'))).status).toBe(200)
    const heard = nextMessage(client)
    await client.publishAsync('users/default/devices/pump/month', String(month), { qos: 1 })
    expect((await heard).payload).toBe(String(month))
    hub.clock.advance(30 * DAY)
  }
  expect(shown.size).toBe(5)
  expect(closed).toBe(false)
  expect(readFileSync(join(hub.certsDir, 'server-cert.pem'), 'utf8')).toContain('BEGIN CERTIFICATE')
  const written = new X509Certificate(readFileSync(join(hub.certsDir, 'server-cert.pem')))
  expect([...shown].at(-1)).toBe(written.fingerprint256)
})

test("the hub's own certificate is renewed by itself, within half a minute of being due", async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  await using hub = await startTestHub()
  const first = (await readShown(hub.hub.mqttPort)).fingerprint256
  const surfaces: string[] = []
  const { promise: exchanged, resolve } = Promise.withResolvers<string>()
  hub.hub.events.subscribe('certificate.exchanged', ({ surface, fingerprint }) => {
    surfaces.push(surface)
    if (surfaces.length === 2) resolve(fingerprint)
  })
  hub.clock.advance(244 * DAY)
  vi.advanceTimersByTime(30_000)
  const fingerprint = await exchanged
  expect(surfaces.toSorted()).toEqual(['https', 'mqtts'])
  expect(fingerprint).not.toBe(first)
  expect((await readShown(hub.hub.mqttPort)).fingerprint256).toBe(fingerprint)
  // Asked within: a client would hold the dates against its own clock.
  const headers = { authorization: `Bearer ${hub.adminToken}` }
  const asked = new Request('https://localhost/api/audit?action=server.renew', { headers })
  const told = await (await hub.hub.fetch(asked)).json()
  expect(told).toMatchObject({ items: [{ actor: 'hub', object: fingerprint, result: 'done' }] })
})

test('a hub in memory renews its certificate too', async () => {
  const clock = createTestClock()
  await using hub = await startHub({
    settings: { api: { host: '127.0.0.1', port: 0 }, mqtt: { host: '127.0.0.1', port: 0 } },
    log: { write: () => undefined },
    clock: clock.now,
    inMemory: true,
  })
  const first = (await readShown(hub.mqttPort, '127.0.0.1')).fingerprint256
  clock.advance(244 * DAY)
  await hub.reload()
  expect((await readShown(hub.mqttPort, '127.0.0.1')).fingerprint256).not.toBe(first)
})
