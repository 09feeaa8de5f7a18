import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { describe, expect, test } from 'vitest'
import { startTestHub } from '../src/testing.ts'
import { nextMessage } from './support/next-message.ts'
import { runProgram } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

function closing(client: MqttClient): Promise<unknown> {
  return new Promise((resolve) => client.once('close', () => resolve(undefined)))
}

test('a device publishes, a back end hears it, and the hub knows', async () => {
  await using hub = await startTestHub()
  const device = await hub.addDevice('pump-7', { userId: 'ann' })
  const backend = await hub.connect(await hub.addService('backend', ['users/+/devices/#']))
  await backend.subscribeAsync('users/+/devices/+/level')
  const heard = nextMessage(backend)
  const client = await hub.connect(device)
  await client.publishAsync(`${device.topic}/level`, '23.5', { qos: 1 })
  expect(await hub.waitForMessage('users/ann/#')).toMatchObject({
    topic: 'users/ann/devices/pump-7/level',
    payload: Buffer.from('23.5'),
    qos: 1,
    clientId: 'pump-7',
  })
  expect(await heard).toEqual({ topic: `${device.topic}/level`, payload: '23.5' })
  expect(hub.messages()).toHaveLength(1)
  expect(hub.messages('a/#')).toEqual([])
})

test('a device is given to a user, policies and client ids', async () => {
  await using hub = await startTestHub()
  await hub.fetch('/api/policies/open', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rules: [{ effect: 'allow', actions: ['publish'], topicFilter: 'open/#' }] }),
  })
  const device = await hub.addDevice('pump-7', { policies: ['open'], clientIds: ['gateway'] })
  expect(device).toMatchObject({ userId: 'default', topic: 'users/default/devices/pump-7' })
  const client = await hub.connect(device, { clientId: 'gateway' })
  await client.publishAsync('open/door', '1', { qos: 1 })
  expect(hub.messages('open/#')).toMatchObject([{ clientId: 'gateway' }])
})

test('what the API refuses is told as it says it', async () => {
  await using hub = await startTestHub()
  await expect(hub.addDevice('a/b')).rejects.toThrow(/POST \/api\/devices: 400 .*invalid/)
})

test('a revoked device loses its connection, and is told so at the next one', async () => {
  await using hub = await startTestHub()
  const device = await hub.addDevice('pump-7')
  const client = await hub.connect(device)
  const closed = closing(client)
  await hub.revoke('pump-7', 'keyCompromise')
  await closed
  await expect(hub.connect(device)).rejects.toMatchObject({ code: 5 })
})

describe('time passes when the test says so', () => {
  test('and ends the session of a certificate that has expired', async () => {
    await using hub = await startTestHub()
    const device = await hub.addDevice('pump-7')
    const client = await hub.connect(device)
    const closed = closing(client)
    await hub.clock.advance(364 * DAY_MS)
    await client.publishAsync(device.topic, 'still here', { qos: 1 })
    await hub.clock.advance(2 * DAY_MS)
    await closed
    await expect(hub.connect(device)).rejects.toMatchObject({ code: 5 })
  })

  test('and takes effect at once, awaited or not', async () => {
    await using hub = await startTestHub()
    const device = await hub.addDevice('pump-7')
    const before = hub.clock.now().getTime()
    const swept = hub.clock.advance(366 * DAY_MS)
    expect(hub.clock.now().getTime()).toBeGreaterThanOrEqual(before + 366 * DAY_MS)
    await expect(hub.connect(device)).rejects.toMatchObject({ code: 5 })
    await swept
  })

  test('and the hub, its certificate renewed, still takes devices of these days', async () => {
    await using hub = await startTestHub()
    await hub.clock.advance(400 * DAY_MS)
    const device = await hub.addDevice('pump-7')
    const client = await hub.connect(device)
    await client.publishAsync(device.topic, 'here', { qos: 1 })
    expect((await hub.fetch('/readyz')).status).toBe(200)
  })

  test('and a session that nobody has come back for is gone', async () => {
    await using hub = await startTestHub({ settings: { limits: { session_expiry: '1h' } } })
    const device = await hub.addDevice('pump-7')
    await (await hub.connect(device, { clean: false })).endAsync()
    await hub.clock.advance(HOUR_MS - 60_000)
    expect((await hub.fetch('/api/sessions/pump-7')).status).toBe(200)
    await hub.clock.advance(60_001)
    expect((await hub.fetch('/api/sessions/pump-7')).status).toBe(404)
  })
})

describe('the hub publishes as a back end', () => {
  test('text, and bytes that are none', async () => {
    await using hub = await startTestHub()
    const device = await hub.addDevice('pump-7')
    const client = await hub.connect(device)
    await client.subscribeAsync(`${device.topic}/#`, { qos: 1 })
    const arrived = new Promise((resolve) => client.once('message', (...message) => resolve(message)))
    const bytes = Uint8Array.of(0xff, 0)
    await hub.publish(`${device.topic}/config`, bytes, { qos: 1, retain: true })
    expect(await arrived).toMatchObject([`${device.topic}/config`, Buffer.from(bytes), { qos: 1 }])
    await hub.publish('a/b', '{}')
    expect(hub.messages()).toMatchObject([
      { topic: `${device.topic}/config`, qos: 1, retain: true },
      { topic: 'a/b', payload: Buffer.from('{}'), qos: 0, retain: false },
    ])
  })

  test('and is told what the API refuses', async () => {
    await using hub = await startTestHub()
    await expect(hub.publish('a/#', '')).rejects.toThrow(/POST \/api\/publish: 400 .*invalid_topic_name/)
  })
})

describe('a bad network', () => {
  test('drops a client, whose will is published, and lets it back in', async () => {
    await using hub = await startTestHub()
    const device = await hub.addDevice('pump-7')
    const will = { topic: `${device.topic}/gone`, payload: Buffer.from('1'), qos: 0, retain: false } as const
    const client = await hub.connect(device, { will })
    const closed = closing(client)
    hub.network.drop()
    await closed
    await hub.waitForMessage(`${device.topic}/gone`)
    await hub.connect(device)
  })

  test('refuses a client', async () => {
    await using hub = await startTestHub()
    const device = await hub.addDevice('pump-7')
    hub.network.refuse(true)
    await expect(hub.connect(device)).rejects.toThrow()
    hub.network.refuse(false)
    await hub.connect(device)
  })
})

test('one port for everything is broken as two are', async () => {
  await using hub = await startTestHub({ settings: { listen: { single: '127.0.0.1:0' } } })
  const device = await hub.addDevice('pump-7')
  const client = await hub.connect(device)
  hub.network.delay(10)
  await client.publishAsync(device.topic, 'late', { qos: 1 })
  await hub.waitForMessage(device.topic)
  hub.network.delay(0)
  const closed = closing(client)
  hub.network.drop()
  await closed
  hub.network.refuse(true)
  await expect(hub.connect(device)).rejects.toThrow()
})

test('a message on a dead line is not acknowledged', async () => {
  await using hub = await startTestHub()
  const device = await hub.addDevice('pump-7')
  const client = await hub.connect(device)
  hub.network.swallow(true)
  const lost = client.publishAsync(`${device.topic}/lost`, '', { qos: 1 })
  const failed = expect(lost).rejects.toThrow()
  await hub.publish('a', '')
  expect(hub.messages()).toMatchObject([{ topic: 'a' }])
  await client.endAsync(true)
  await failed
})

test('leaves no file, no port and no timer: its program ends by itself', async () => {
  await using folder = await temporaryFolder()
  const kit = new URL('../src/testing.ts', import.meta.url).href
  const program = join(folder.path, 'program.mjs')
  await writeFile(
    program,
    `import { startTestHub } from '${kit}'
await using hub = await startTestHub()
const client = await hub.connect(await hub.addDevice('pump-7'))
await client.publishAsync('users/default/devices/pump-7/level', '1', { qos: 1 })
await hub.clock.advance(400 * 86_400_000)
`,
  )
  const env = { HOME: folder.path, TMPDIR: folder.path }
  const ended = await runProgram(`${process.execPath} ${program}`, { cwd: folder.path, env })
  expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await readdir(folder.path)).toEqual(['program.mjs'])
})

test('settings reach the hub, and so does what logs', async () => {
  let log = ''
  const settings = { mqtt: { inflight: 1 }, public_host: 'hub.example.com' }
  await using hub = await startTestHub({ settings, log: { write: (line) => (log += line) } })
  const device = await hub.addDevice('pump-7')
  const issued = await hub.fetch(`/api/devices/certificates/${device.id}`, { method: 'POST' })
  expect(await issued.json()).toMatchObject({ brokerUrl: 'hub.example.com' })
  expect(log).toContain('Hub ready')
})

test('the API is there for others too, over HTTPS', async () => {
  await using hub = await startTestHub()
  const answered = request(`${hub.apiUrl}/readyz`, { ca: hub.ca, agent: false }).end()
  const [answer] = await once(answered, 'response')
  answer.resume()
  expect(answer.statusCode).toBe(200)
})

test('several hubs in one process know nothing of each other', async () => {
  await using one = await startTestHub()
  await using other = await startTestHub()
  const device = await one.addDevice('pump-7')
  await expect(other.connect({ ...device, ca: other.ca })).rejects.toMatchObject({ code: 5 })
  expect(one.ca).not.toBe(other.ca)
})

test('it tells Prometheus what it counts, and of no disk', async () => {
  await using hub = await startTestHub()
  const text = await (await hub.fetch('/metrics')).text()
  expect(text).toContain('signet_mqtt_connections 0')
  expect(text).not.toMatch(/^signet_disk_free_bytes /m)
})

test('a hub in memory has its CA followed by another, under which its next device comes', async () => {
  await using hub = await startTestHub()
  expect((await hub.fetch('/api/ca/rotation', { method: 'POST' })).status).toBe(201)
  expect((await hub.fetch('/api/ca/rotation/retire', { method: 'POST' })).status).toBe(200)
  const next = (await hub.addDevice('pump-7')).ca
  expect(next).not.toBe(hub.ca)
  expect(await (await hub.fetch('/api/ca')).json()).toMatchObject({
    fingerprint: new X509Certificate(next).fingerprint256,
  })
})
