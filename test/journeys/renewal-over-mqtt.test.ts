import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { MqttClient } from 'mqtt'
import { describe, expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { type Credentials, type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000
const OWN = 'users/default/devices/pump/certificate'

/** A device whose certificate of 30 days has `daysLeft` of them. */
async function enrolAged(hub: TestHub, id: string, daysLeft: number): Promise<Enrolled> {
  const enrolled = await hub.enrol(id, { validityDays: 30 })
  hub.clock.advance((30 - daysLeft) * DAY_MS)
  return enrolled
}

async function connect(hub: TestHub, credentials: Partial<Credentials>, options = {}): Promise<MqttClient> {
  const client = await hub.connect(credentials, { clientId: 'pump', ...options })
  await client.subscribeAsync(`${OWN}/response`, { qos: 1 })
  return client
}

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the JSON; a type would repeat it
async function ask(client: MqttClient, payload: string | Buffer, qos: 0 | 1 | 2 = 1): Promise<any> {
  const answer = nextMessage(client)
  await client.publishAsync(`${OWN}/request`, payload, { qos })
  return JSON.parse((await answer).payload)
}

async function refusalsOf(hub: TestHub): Promise<readonly string[]> {
  const refusals = await hub.refusals()
  return refusals.map(({ surface, cause, presented }) => `${surface} ${cause} ${presented?.['identity'] ?? '-'}`)
}

async function countCertificates(hub: TestHub, id = 'pump'): Promise<number> {
  return (await hub.api('GET', `/api/devices/certificates/${id}?include=detail`)).json().certificates.length
}

describe('a device renews its certificate over MQTT', () => {
  for (const { name, qos, send } of [
    { name: 'PEM, at QoS 0', qos: 0, send: (csr: string) => csr },
    { name: 'DER, at QoS 1', qos: 1, send: toDer },
    { name: 'JSON, at QoS 2', qos: 2, send: (csr: string) => JSON.stringify({ csr }) },
  ] as const) {
    test(`with a request in ${name}; the old certificate ends when the new one connects`, async () => {
      await using hub = await startTestHub()
      const old = await enrolAged(hub, 'pump', 9)
      const session = await connect(hub, old, { clientId: 'pump:old' })
      const { csr, key } = await createSigningRequest('not its name')
      const { clientCert: cert, caCert, fingerprint, notAfter, ...rest } = await ask(session, send(csr), qos)
      expect({ caCert, fingerprint, rest }).toEqual({
        caCert: hub.ca,
        fingerprint: new X509Certificate(cert).fingerprint256,
        rest: {},
      })
      expect(Date.parse(notAfter)).toBe(Date.parse(new X509Certificate(cert).validTo))
      const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
      await hub.connect({ cert, key }, { clientId: 'pump' })
      await closed
    })
  }

  test('knows the answer by its id, and finds nothing retained', async () => {
    await using hub = await startTestHub()
    const session = await connect(hub, await enrolAged(hub, 'pump', 9))
    const { csr } = await createSigningRequest('pump')
    expect(await ask(session, JSON.stringify({ id: 'a7', csr }))).toMatchObject({
      id: 'a7',
      fingerprint: expect.any(String),
    })
    expect(await ask(session, '{"id":8}')).toMatchObject({ id: 8, error: { code: 'csr_invalid' } })
    const messages: string[] = []
    const late = await hub.connect(await hub.enrol('pump'), { clientId: 'pump:late' })
    late.on('message', (topic) => messages.push(topic))
    await late.subscribeAsync(['users/default/devices/pump/#', 'users/default/devices/pump/certificate/+'])
    const echo = nextMessage(late)
    await late.publishAsync('users/default/devices/pump/echo', 'x', { qos: 1 })
    await echo
    expect(messages).toEqual(['users/default/devices/pump/echo'])
  })
})

describe('what is no request is answered by name', () => {
  for (const { name, payload, code, refused } of [
    { name: 'nothing', payload: '', code: 'csr_invalid', refused: true },
    { name: 'noise', payload: 'renew me', code: 'csr_invalid', refused: true },
    { name: 'broken JSON', payload: '{"csr":', code: 'bad_request', refused: false },
    { name: 'a private key', payload: '{"key":"x"}', code: 'csr_invalid', refused: true },
    { name: 'more than 16 KiB', payload: 'x'.repeat(16_385), code: 'body_too_large', refused: false },
  ]) {
    test(name, async () => {
      await using hub = await startTestHub()
      const session = await connect(hub, await enrolAged(hub, 'pump', 9))
      expect(await ask(session, payload)).toEqual({ error: { code, message: expect.any(String) } })
      expect(await refusalsOf(hub)).toEqual(refused ? [`mqtts ${code} device:pump`] : [])
      expect(await countCertificates(hub)).toBe(1)
    })
  }
})

describe('the decision is that of HTTPS', () => {
  test('too early is refused with the time, and recorded', async () => {
    await using hub = await startTestHub()
    const session = await connect(hub, await enrolAged(hub, 'pump', 11))
    const { csr } = await createSigningRequest('pump')
    const { error } = await ask(session, csr)
    expect(error).toEqual({ code: 'renewal_too_early', message: expect.stringMatching(/from \d{4}-.*Z on$/) })
    expect(await refusalsOf(hub)).toEqual(['mqtts renewal_too_early device:pump'])
    expect(await countCertificates(hub)).toBe(1)
  })

  test('the key of another device is refused', async () => {
    await using hub = await startTestHub()
    const valve = await hub.enrol('valve')
    const session = await connect(hub, await enrolAged(hub, 'pump', 9))
    const { csr } = await createSigningRequest('pump', valve.key)
    expect(await ask(session, csr)).toMatchObject({ error: { code: 'key_in_use' } })
    expect(await refusalsOf(hub)).toEqual(['mqtts key_in_use device:pump'])
  })

  test('and counts as one who holds it: by policy the device that asks is suspended, the other one is not', async () => {
    await using hub = await startTestHub({ settings: { compromise: { key_reuse: 'suspend' } } })
    const valve = await hub.enrol('valve')
    const session = await connect(hub, await enrolAged(hub, 'pump', 9))
    const { csr } = await createSigningRequest('pump', valve.key)
    const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
    // Whether the answer still comes is open: the session ends with it.
    void ask(session, csr).catch(() => undefined)
    await closed
    const states = ['pump', 'valve'].map(async (id) => (await hub.api('GET', `/api/devices/${id}`)).json().state)
    expect(await Promise.all(states)).toEqual(['suspended', 'active'])
  })

  test('one request at a time: the second is told to wait, and makes no certificate', async () => {
    await using hub = await startTestHub()
    const session = await connect(hub, await enrolAged(hub, 'pump', 9))
    const requests = await Promise.all([1, 2].map(async (id) => ({ id, csr: (await createSigningRequest('x')).csr })))
    const answers: { readonly id?: number; readonly error?: { readonly code: string } }[] = []
    const both = new Promise<void>((resolve) => {
      session.on('message', (_, payload) => {
        if (answers.push(JSON.parse(payload.toString())) === 2) resolve()
      })
    })
    for (const request of requests) session.publish(`${OWN}/request`, JSON.stringify(request), { qos: 0 })
    await both
    expect(answers).toMatchObject([{ id: 2, error: { code: 'renewal_in_progress' } }, { id: 1 }])
    expect(await countCertificates(hub)).toBe(2)
  })
})

test('a hub that cannot keep the certificate says so by its code, and the log says why', async () => {
  await using hub = await startTestHub()
  const session = await connect(hub, await enrolAged(hub, 'pump', 9))
  const { csr } = await createSigningRequest('pump')
  using stack = new DisposableStack()
  const other = stack.adopt(new SQLite(join(hub.dataDir, 'hub.db')), (open) => void open.close())
  other.exec("create trigger broken before insert on certificates begin select raise(abort, 'broken'); end")
  expect(await ask(session, csr)).toEqual({ error: { code: 'internal_error', message: expect.any(String) } })
  expect(hub.log.text).toContain('A renewal failed')
  expect(await countCertificates(hub)).toBe(1)
  other.exec('drop trigger broken')
  expect(await ask(session, csr)).toMatchObject({ fingerprint: expect.any(String) })
})

describe('nobody else renews', () => {
  test('a connection by token alone, with the certificate left at home', async () => {
    await using hub = await startTestHub({ settings: { mqtt: { auth: 'mtls_or_token' } } })
    await enrolAged(hub, 'pump', 9)
    const { token } = (await hub.api('POST', '/api/devices/pump/tokens', { body: {} })).json()
    const session = await connect(hub, {}, { username: 'pump', password: token })
    const { csr } = await createSigningRequest('pump')
    expect(await ask(session, csr)).toEqual({ error: { code: 'unauthorized', message: expect.stringMatching(/cert/) } })
    expect(await refusalsOf(hub)).toEqual(['mqtts certificate_missing device:pump'])
    expect(await countCertificates(hub)).toBe(1)
  })

  test('a token of one device beside the certificate of another, where certificates are not looked at', async () => {
    await using hub = await startTestHub({ settings: { mqtt: { auth: 'token' } } })
    const valve = await hub.enrol('valve', { validityDays: 30 })
    await enrolAged(hub, 'pump', 9)
    const { token } = (await hub.api('POST', '/api/devices/pump/tokens', { body: {} })).json()
    const session = await connect(hub, valve, { username: 'pump', password: token })
    const { csr } = await createSigningRequest('pump')
    expect(await ask(session, csr)).toMatchObject({ error: { code: 'unauthorized' } })
    expect(await refusalsOf(hub)).toEqual(['mqtts credentials_differ device:pump'])
    expect([await countCertificates(hub), await countCertificates(hub, 'valve')]).toEqual([1, 1])
  })

  test('a service that may publish everywhere, a device on the topic of another, an administrator through the API', async () => {
    await using hub = await startTestHub()
    const pump = await connect(hub, await enrolAged(hub, 'pump', 9))
    const { csr } = await createSigningRequest('pump')
    let isAnswered = false
    pump.on('message', () => {
      isAnswered = true
    })
    const backend = await hub.connect(await hub.enrolService('backend', ['#']), { clientId: 'backend' })
    await backend.publishAsync(`${OWN}/request`, csr, { qos: 1 })
    await backend.publishAsync('factory/certificate/request', csr, { qos: 1 })
    const valve = await hub.connect(await enrolAged(hub, 'valve', 9), { clientId: 'valve' })
    await valve.publishAsync(`${OWN}/request`, csr, { qos: 1 })
    const topicName = `${OWN}/request`
    expect(await hub.api('POST', '/api/publish', { body: { topicName, payload: csr } })).toMatchObject({ status: 202 })
    expect(await refusalsOf(hub)).toEqual([
      'mqtts publish_denied device:valve',
      'mqtts renewal_for_another service:backend',
    ])
    expect([isAnswered, await countCertificates(hub)]).toEqual([false, 1])
  })
})

function toDer(csr: string): Buffer {
  return Buffer.from(csr.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
}
