import { describe, expect, test } from 'vitest'
import { startHub } from '../../src/hub.ts'
import { run } from '../cli/terminal.ts'
import { createForeignCa } from '../support/certificate-maker.ts'
import { LogSink } from '../support/log-sink.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

interface Told {
  readonly event: string
  readonly reason: string | null
  readonly fingerprint: string | null
  readonly refusal: { readonly cause: string } | null
}

test('the diary of a device tells its story, newest first, a page at a time', async () => {
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  const client = await hub.connect(pump, { clientId: 'pump' })
  const ended = new Promise<void>((resolve) =>
    hub.hub.events.subscribe('device.disconnected', () => setImmediate(resolve)),
  )
  await client.endAsync()
  await ended
  await hub.api('PATCH', '/api/devices/pump', { body: { state: 'suspended' } })
  await expect(hub.connect(pump, { clientId: 'pump' })).rejects.toMatchObject({ code: 5 })
  await hub.api('PATCH', '/api/devices/pump', { body: { state: 'active' } })
  await hub.api('DELETE', '/api/devices/certificates/pump?reason=keyCompromise')

  const story = await readDiary(hub, '/api/devices/pump/diary')
  expect(story.map(({ event }) => event)).toEqual([
    'certificate_revoked',
    'resumed',
    'refused',
    'suspended',
    'disconnected',
    'connected',
    'certificate_issued',
  ])
  expect(story[0]).toMatchObject({ fingerprint: pump.fingerprint, reason: 'keyCompromise' })
  expect(story[2]).toMatchObject({
    refusal: {
      cause: 'identity_suspended',
      presented: { identity: 'device:pump', fingerprint: pump.fingerprint },
      expected: 'device pump in the state active',
    },
  })
  expect(story[5]).toMatchObject({ clientId: 'pump', address: expect.stringMatching(/^127\.0\.0\.1$|^::1$/) })
  expect(await readDiary(hub, '/api/devices/pump/diary', 2)).toEqual(story)
  expect((await hub.api('GET', '/api/devices/stranger/diary')).json()).toMatchObject({ code: 'device_not_found' })
})

test('the diary of a service is its own, and tells who claimed to be it', async () => {
  await using hub = await startTestHub()
  await hub.enrolService('backend', ['a/#'])
  await hub.enrol('pump')
  using client = await openRawClient(hub, await (await createForeignCa('CN=Else')).make({ commonNames: ['backend'] }))
  client.send(connectPacket({ clientId: 'backend' }))
  await client.closed
  const story = await readDiary(hub, '/api/services/backend/diary')
  expect(story.map(({ event, refusal }) => refusal?.cause ?? event)).toEqual(['issuer_unknown', 'certificate_issued'])
  expect(await doctor(hub, 'backend')).toMatchObject({ code: 1, stdout: expect.stringContaining('issuer_unknown') })
  expect((await readDiary(hub, '/api/devices/pump/diary')).map(({ event }) => event)).toEqual(['certificate_issued'])
})

test('a hub in memory has no disk to look at, and names the port of old devices', async () => {
  const plain = { host: '127.0.0.1', port: 0, allow: [] }
  const settings = { api: { port: 0 }, mqtt: { port: 0, plain } }
  await using hub = await startHub({ inMemory: true, settings, log: new LogSink() })
  const answer = await hub.fetch(new Request('http://hub/api/diagnostics/hub'))
  const { checks } = (await answer.json()) as { readonly checks: readonly { name: string; detail: string }[] }
  const ports = `listening: MQTTS ${hub.mqttPort}, MQTT ${hub.plainMqttPort}, HTTPS ${hub.apiPort}`
  expect(checks.find(({ name }) => name === 'ports')?.detail).toBe(ports)
  expect(checks.map(({ name }) => name)).not.toContain('disk')
})

describe('a pasted certificate', () => {
  const judge = (hub: TestHub, certificate: string) =>
    hub.api('POST', '/api/diagnostics/certificate', { body: { certificate } })

  test('is judged as the connection is', async () => {
    await using hub = await startTestHub()
    const pump = await hub.enrol('pump')
    expect((await judge(hub, pump.cert)).json()).toMatchObject({
      admitted: true,
      cause: null,
      kind: 'device',
      presented: { identity: 'device:pump', fingerprint: pump.fingerprint },
    })
    await hub.api('DELETE', '/api/devices/certificates/pump')
    const { cause, mend, expected } = (await judge(hub, pump.cert)).json()
    await expect(hub.connect(pump, { clientId: 'pump' })).rejects.toThrow()
    expect(await hub.refusals()).toMatchObject([{ cause, mend, expected, count: 1 }])
  })

  test('that is a private key is refused, and neither answered nor logged', async () => {
    await using hub = await startTestHub()
    const { key } = await hub.enrol('pump')
    const answer = await judge(hub, key)
    expect([answer.status, answer.json().code]).toEqual([400, 'private_key_refused'])
    const secret = key.split('\n')[1] ?? ''
    expect(secret).not.toBe('')
    expect(answer.text).not.toContain(secret)
    expect(hub.log.text).not.toContain(secret)
  })

  test('that is none is told what it is', async () => {
    await using hub = await startTestHub()
    const answer = await judge(hub, 'nonsense')
    expect([answer.status, answer.json().code]).toEqual([400, 'certificate_unreadable'])
  })
})

describe('a topic', () => {
  test('is judged by the rules that the broker goes by, for devices that exist', async () => {
    await using hub = await startTestHub()
    await hub.enrol('pump', { userId: 'eva' })
    const ask = (query: string) => hub.api('GET', `/api/diagnostics/topic?${query}`)
    const own = await ask('deviceId=pump&action=publish&topic=users/eva/devices/pump/t')
    expect(own.json()).toEqual({
      allowed: true,
      rule: { effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'users/eva/devices/pump/#' },
    })
    expect((await ask('deviceId=pump&action=subscribe&topic=%23')).json()).toEqual({ allowed: false, rule: null })
    expect((await ask('deviceId=nobody&action=publish&topic=a')).status).toBe(404)
    expect((await ask('deviceId=pump&action=publish&topic=a/%2B')).json().code).toBe('bad_request')
  })
})

describe('signet doctor', () => {
  test('finds nothing wrong with a new hub, exit 0', async () => {
    await using hub = await startTestHub()
    const { code, stdout, stderr } = await doctor(hub)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const check of [
      'database',
      'mqtt_database',
      'ca_certificate',
      'server_certificate',
      'disk',
      'clock',
      'ports',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ok +${check} `, 'm'))
    }
    expect(stdout).toMatch(/^ok +refusals +nobody was refused/m)
  })

  test('names a refused device of ours with what mends it, exit 1', async () => {
    await using hub = await startTestHub()
    const pump = await hub.enrol('pump')
    await hub.api('DELETE', '/api/devices/certificates/pump')
    await expect(hub.connect(pump, { clientId: 'pump' })).rejects.toThrow()
    const { code, stdout } = await doctor(hub)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^warning +refusals +certificate_revoked, once in the last day: device:pump +The certificate was revoked: /m,
    )
    const { checks } = (await hub.api('GET', '/api/diagnostics/devices/pump')).json()
    expect(checks).toMatchObject([
      { name: 'state', status: 'ok' },
      { name: 'certificate', status: 'failed', mend: expect.stringContaining('signet device add pump') },
      { name: 'session', status: 'warning', detail: expect.stringContaining('certificate_revoked') },
    ])
    expect(await doctor(hub, 'pump')).toMatchObject({ code: 1 })
  })

  test('finds a connected device well, and says so of one that never came', async () => {
    await using hub = await startTestHub()
    await hub.connect(await hub.enrol('pump'), { clientId: 'pump:1' })
    const well = await doctor(hub, 'pump')
    expect(well).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok +session +connected as pump:1 from /m) })
    await hub.enrol('valve')
    const absent = await doctor(hub, 'valve')
    expect(absent).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('nothing came from it since the hub started'),
    })
    expect(await doctor(hub, 'nobody')).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody') })
  })

  test('says that no hub runs, exit 1', async () => {
    const hub = await startTestHub()
    await hub[Symbol.asyncDispose]()
    expect(await doctor(hub)).toMatchObject({ code: 1, stderr: expect.stringContaining('start it with signet start') })
  })
})

function doctor(hub: TestHub, ...argv: readonly string[]) {
  return run({ argv: ['doctor', ...argv, '--data-dir', hub.dataDir], cwd: hub.folder })
}

async function readDiary(hub: TestHub, path: string, limit = 50): Promise<readonly Told[]> {
  const told: Told[] = []
  for (let cursor = ''; ; ) {
    const page = (await hub.api('GET', `${path}?limit=${limit}${cursor}`)).json()
    told.push(...page.items)
    if (page.nextCursor === null) return told
    cursor = `&cursor=${page.nextCursor}`
  }
}
