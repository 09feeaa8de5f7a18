import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { startHub } from '../../src/app.ts'
import type { Hub } from '../../src/app-hub.ts'
import { run } from '../cli/terminal.ts'
import { readEvents } from '../support/event-reader.ts'
import { nextMessage } from '../support/next-message.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const MESSAGES = '/api/messages'

async function download({ hub, ca, adminToken }: TestHub, path: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${adminToken}` }
  const outgoing = request({ host: 'localhost', port: hub.apiPort, ca, path, headers, agent: false }).end()
  const [answer] = await once(outgoing, 'response')
  return buffer(answer)
}

test('whoever looks at messages sees those of one device, and no more once its token is revoked', async () => {
  await using scene = await startTestHub()
  const [pump, valve] = [await scene.enrol('pump'), await scene.enrol('valve')]
  const [one, other] = [
    await scene.connect(pump, { clientId: 'pump' }),
    await scene.connect(valve, { clientId: 'valve' }),
  ]
  const made = await scene.api('POST', '/api/tokens', { body: { name: 'eva', role: 'operator' } })
  const { id, token } = made.json()
  using reader = await readEvents(scene, { path: MESSAGES, query: '?deviceId=pump', token })
  const next = reader.next()
  // The stream has begun once the greeting is there, which came with the headers.
  await scene.api('GET', '/api/overview')
  await other.publishAsync('users/default/devices/valve/t', 'unseen', { qos: 1 })
  await one.publishAsync('users/default/devices/pump/t', '21.5', { qos: 1 })
  expect(await next).toMatchObject({
    event: 'message',
    data: { topicName: 'users/default/devices/pump/t', payload: '21.5', sender: { kind: 'device', id: 'pump' } },
  })
  expect((await scene.api('DELETE', `/api/tokens/${id}`)).status).toBeLessThan(300)
  await reader.ended
})

test('an auditor reads no payloads', async () => {
  await using scene = await startTestHub()
  const made = await scene.api('POST', '/api/tokens', { body: { name: 'audit', role: 'auditor' } })
  const { token } = made.json()
  expect((await scene.api('GET', MESSAGES, { token })).status).toBe(403)
  expect((await scene.api('GET', '/api/overview', { token })).status).toBe(200)
})

describe('a device that is connected', () => {
  test('is told with its TLS, its will and what it has sent, and found by its address', async () => {
    await using scene = await startTestHub()
    const pump = await scene.enrol('pump')
    const topic = 'users/default/devices/pump'
    const will = { topic: `${topic}/gone`, payload: Buffer.from('x'), qos: 0, retain: false } as const
    const client = await scene.connect(pump, { clientId: 'pump', will })
    await client.subscribeAsync(`${topic}/#`, { qos: 1 })
    const echo = nextMessage(client)
    await client.publishAsync(`${topic}/t`, 'x', { qos: 2 })
    await echo
    const session = (await scene.api('GET', '/api/sessions/pump')).json()
    expect(session).toMatchObject({
      fingerprint: pump.fingerprint,
      tls: { version: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) },
      willTopic: `${topic}/gone`,
      messages: { received: 1, sent: 1 },
    })
    const { items } = (await scene.api('GET', `/api/sessions?q=${session.address}`)).json()
    expect(items).toMatchObject([{ clientId: 'pump' }])
    const found = (await scene.api('GET', `/api/search?q=${pump.fingerprint.replaceAll(':', '')}`)).json()
    expect(found.items).toMatchObject([{ kind: 'certificate', matched: 'fingerprint', text: 'device pump' }])
  })

  test('is counted and listed, with what its policy has denied it', async () => {
    await using scene = await startTestHub()
    const [pump] = [await scene.enrol('pump'), await scene.enrol('valve')]
    const client = await scene.connect(pump, { clientId: 'pump' })
    await client.publishAsync('elsewhere', 'x', { qos: 1 })
    await client.publishAsync('elsewhere', 'x', { qos: 1 })
    expect((await scene.api('GET', '/api/overview')).json()).toMatchObject({
      devices: { total: 2, connected: 1, suspended: 0 },
      sessions: { live: 1 },
      refusalsLastHour: 2,
      certificates: { endingWithin30Days: 0 },
    })
    expect((await scene.api('GET', '/api/diagnostics/denied-topics')).json().items).toMatchObject([
      { kind: 'device', id: 'pump', topicName: 'elsewhere', action: 'publish', count: 2 },
    ])
    const listed = async (query: string) => (await scene.api('GET', `/api/devices?${query}`)).json()
    expect(await listed('connected=true&count=true')).toMatchObject({
      items: [{ deviceId: 'pump', connected: true, certificateEnds: expect.any(String) }],
      total: 1,
    })
    expect((await listed('sort=lastSeen&order=desc')).items).toMatchObject([
      { deviceId: 'pump' },
      { deviceId: 'valve', connected: false, lastSeenAt: null },
    ])
    const gone = new Promise<void>((resolve) => {
      const subscription = scene.hub.events.subscribe('device.disconnected', () => {
        subscription[Symbol.dispose]()
        resolve()
      })
    })
    await client.endAsync()
    await gone
    expect((await listed('connected=true')).items).toEqual([])
    expect((await listed('q=pump')).items).toMatchObject([{ connected: false, lastSeenAt: expect.any(String) }])
    expect((await scene.api('GET', '/api/overview')).json()).toMatchObject({ devices: { connected: 0 } })
  })
})

test('when a device was seen outlives a restart of the hub', async () => {
  await using folder = await temporaryFolder()
  {
    await using scene = await startTestHub({ folder: folder.path })
    const client = await scene.connect(await scene.enrol('pump'), { clientId: 'pump' })
    await client.endAsync()
  }
  await using again = await startTestHub({ folder: folder.path })
  const { items } = (await again.api('GET', '/api/devices')).json()
  expect(items).toMatchObject([{ deviceId: 'pump', connected: false, lastSeenAt: expect.any(String) }])
  const diary = (await again.api('GET', '/api/devices/pump/diary')).json()
  expect(diary.items[0]).toMatchObject({ event: 'seen', at: items[0].lastSeenAt })
})

test('the CA is told with its list, its signer, and the one before it', async () => {
  await using scene = await startTestHub()
  const tree = async () => (await scene.api('GET', '/api/ca/tree')).json()
  const [{ fingerprint }] = (await tree()).current.chain
  await scene.enrol('pump')
  await scene.api('DELETE', '/api/devices/certificates/pump')
  await scene.api('GET', '/pki/ca.crl', { token: null })
  expect(await tree()).toMatchObject({
    current: { hierarchy: 'single', revocationList: { entries: 1, behind: false }, ocspSignerEnds: null },
    retiring: null,
    rotation: null,
  })
  await scene.enrol('valve')
  expect((await scene.api('POST', '/api/ca/rotation')).status).toBe(201)
  expect(await tree()).toMatchObject({
    retiring: { chain: [{ fingerprint }] },
    rotation: { dependents: 1, moved: { issued: 0, connected: 0 } },
  })
})

test('each setting is told with the place that it is from', async () => {
  await using folder = await temporaryFolder()
  const signals = new EventEmitter()
  const started = Promise.withResolvers<Hub>()
  const finished = run({
    argv: ['start', '--api-port', '0', '--mqtt-port', '0'],
    cwd: folder.path,
    env: { SIGNET_LOG__LEVEL: 'warn' },
    signals,
    async startHub(config, overrides) {
      const hub = await startHub(config, overrides)
      started.resolve(hub)
      return hub
    },
  })
  const hub = await started.promise
  const answer = await hub.fetch(new Request('https://localhost/api/config'))
  const { items }: { items: readonly { key: string; origin: unknown }[] } = JSON.parse(await answer.text())
  const origins = Object.fromEntries(items.map(({ key, origin }) => [key, origin]))
  expect(origins).toMatchObject({
    'api.port': { layer: 'flag', place: '--api-port' },
    'log.level': { layer: 'environment', place: 'SIGNET_LOG__LEVEL' },
    'mqtt.host': { layer: 'default', place: 'default' },
  })
  signals.emit('SIGTERM')
  await finished
})

test('a support bundle has what helps, and no secret of the hub', async () => {
  const passphrases = { ca: 'correct horse battery staple', backup: 'a backup under this passphrase' }
  await using scene = await startTestHub({
    settings: { ca: { passphrase: passphrases.ca }, backup: { passphrase: passphrases.backup, schedule: '0 3 * * *' } },
  })
  const pump = await scene.enrol('pump')
  const client = await scene.connect(pump, { clientId: 'pump' })
  await client.publishAsync('users/default/devices/pump/t', 'a payload of somebody', { qos: 1, retain: true })
  const device = (await scene.api('POST', '/api/devices/pump/tokens', { body: {} })).json()
  const api = (await scene.api('POST', '/api/tokens', { body: { name: 't', role: 'operator' } })).json()
  await scene.api('GET', '/api/devices', { token: 'sgn_stranger_c2VjcmV0' })
  const files = unzipSync(new Uint8Array(await download(scene, '/api/diagnostics/support-bundle')))
  const text = Object.values(files)
    .map((octets) => strFromU8(octets))
    .join('\n')
  for (const kept of ['"pump"', 'signet_build_info', '"limits.queue_age"', 'token_invalid', 'certificate.issued'])
    expect(text).toContain(kept)
  const keys = [pump.key, readFileSync(join(scene.certsDir, 'ca-key.pem'), 'utf8')].map((pem) => pem.split('\n')[2])
  const secrets = [scene.adminToken, device.token, api.token, ...Object.values(passphrases), 'a payload of somebody']
  for (const secret of [...secrets, ...keys, 'PRIVATE KEY', 'c2VjcmV0']) expect(text).not.toContain(secret)
})
