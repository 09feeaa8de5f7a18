import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { type ConfObject, readEmqxConf } from '../support/emqx-conf.ts'
import { EMQX_KEY, openEmqxDouble } from '../support/emqx-double.ts'
import { client, playEmqx } from '../support/emqx-part.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/ann/devices/device-001'
const FORM = 'application/x-www-form-urlencoded'

describe('an EMQX configured with what the hub prints', () => {
  test('lets a device in with its certificate, under its own client ids and topics', async () => {
    await using scene = await openScene()
    const { device, emqx, hub } = scene
    const pem = new X509Certificate(device.cert)
    expect(await emqx.authenticate(client(device))).toEqual({
      result: 'allow',
      is_superuser: false,
      client_attrs: { user: 'ann' },
      expire_at: Date.parse(pem.validTo) / 1000,
      acl: [
        { permission: 'allow', action: 'all', topic: `${OWN}/#` },
        { permission: 'deny', action: 'all', topic: '#' },
      ],
    })
    for (const { action, topic, result } of [
      { action: 'publish', topic: `${OWN}/rpc/response`, result: 'allow' },
      { action: 'publish', topic: 'users/ann/devices/other/rpc/request', result: 'deny' },
      { action: 'subscribe', topic: `${OWN}/+`, result: 'allow' },
      { action: 'subscribe', topic: `$share/workers/${OWN}/#`, result: 'allow' },
      { action: 'subscribe', topic: '$share/workers/#', result: 'deny' },
      { action: 'subscribe', topic: '#', result: 'deny' },
      { action: 'subscribe', topic: '$SYS/#', result: 'deny' },
    ]) {
      const asked = { ...client(device), action, topic, qos: '1', retain: 'false' }
      expect({ topic, ...(await emqx.authorize(asked)) }).toEqual({ topic, result })
    }
    expect((await hub.refusals()).map(({ surface, cause }) => `${surface} ${cause}`).toSorted()).toEqual([
      'emqx publish_denied',
      'emqx subscribe_denied',
    ])
  })

  test('may send the same as a form, or in the query of a GET', async () => {
    await using scene = await openScene()
    const { device, emqx, hub } = scene
    const path = '/api/devices/certificates/validate'
    const form = new URLSearchParams(emqx.connectBody(client(device))).toString()
    const sent = { token: scene.token, headers: { 'content-type': FORM } }
    expect((await hub.api('POST', path, { ...sent, body: form })).json()).toMatchObject({ result: 'allow' })
    // Written by hand, without the escape that "+" needs.
    const careless = form.replaceAll('%2B', '+')
    expect((await hub.api('POST', path, { ...sent, body: careless })).json()).toMatchObject({ result: 'allow' })
    const asked = await hub.api('GET', `${path}?${form}`, { token: scene.token })
    expect(asked.json()).toMatchObject({ result: 'allow' })
  })

  test('is told no, with 200, about whoever is none of the hub, and the operator why', async () => {
    await using scene = await openScene()
    const { device, emqx, hub } = scene
    const deny = { result: 'deny', is_superuser: false }
    expect(await emqx.authenticate({ clientid: 'stranger' })).toEqual(deny)
    expect(await emqx.authenticate({ ...client(device), clientid: 'device-002' })).toEqual(deny)
    expect(await emqx.authenticate({})).toEqual(deny)
    expect((await hub.refusals()).map(({ surface, cause }) => `${surface} ${cause}`)).toEqual([
      'emqx emqx_body_empty',
      'emqx client_id_wrong',
      'emqx certificate_missing',
    ])
    expect(JSON.stringify(hub.log.lines)).toContain('cert_pem = \\"${cert_pem}\\"')
  })

  test('of a version without ${cert_pem} is told what it lacks', async () => {
    await using scene = await openScene()
    const { device, emqx, hub } = scene
    await emqx.authenticate({ ...client(device), cert_pem: '${cert_pem}' })
    expect(await hub.refusals()).toMatchObject([
      { cause: 'certificate_missing', expected: expect.stringContaining('EMQX 5.7.1') },
    ])
  })
})

describe('a device that is connected to EMQX', () => {
  test('is disconnected there when it is revoked, before the answer, and does not come back', async () => {
    await using scene = await openScene()
    const { device, emqx, hub, management } = scene
    for (const clientid of ['device-001', 'device-001:2', 'legacy', 'device-0011']) {
      management.clients.set(clientid, { clientid })
    }
    await hub.api('PATCH', '/api/devices/device-001', { body: { clientIds: ['legacy'] } })
    const { status } = await hub.api('DELETE', '/api/devices/certificates/device-001?reason=keyCompromise')
    expect(status).toBe(200)
    expect([...management.clients.keys()]).toEqual(['device-0011'])
    expect(await emqx.authenticate(client(device))).toMatchObject({ result: 'deny' })
    const publish = { ...client(device), action: 'publish', topic: `${OWN}/a` }
    expect(await emqx.authorize(publish)).toEqual({ result: 'deny' })
  })

  test('is disconnected there when it is suspended', async () => {
    await using scene = await openScene()
    scene.management.clients.set('device-001', { clientid: 'device-001' })
    await scene.hub.api('PATCH', '/api/devices/device-001', { body: { state: 'suspended' } })
    expect([...scene.management.clients.keys()]).toEqual([])
  })

  test('is forgotten there when it is deleted, under its recorded client ids too', async () => {
    await using scene = await openScene()
    await scene.hub.api('PATCH', '/api/devices/device-001', { body: { clientIds: ['legacy'] } })
    scene.management.clients.set('legacy', { clientid: 'legacy', connected: false })
    await scene.hub.api('DELETE', '/api/devices/device-001')
    expect([...scene.management.clients.keys()]).toEqual([])
  })

  test('is disconnected at the next attempt when EMQX did not answer the first', async () => {
    await using scene = await openScene()
    scene.management.clients.set('device-001', { clientid: 'device-001' })
    scene.management.failures.push(503)
    await scene.hub.api('DELETE', '/api/devices/certificates/device-001')
    await scene.management.gone('device-001')
    expect(scene.management.calls).toHaveLength(3)
  })
})

test('a hub that ends before EMQX has done it says so, in its log and as an event', async () => {
  await using management = await openEmqxDouble()
  const hub = await startTestHub({ settings: { emqx: apiOf(management) } })
  const told: unknown[] = []
  hub.hub.events.subscribe('emqx.disconnect_failed', (event) => told.push(event))
  await hub.enrol('device-001')
  management.failures.push(...Array.from({ length: 9 }, () => 500))
  await hub.api('DELETE', '/api/devices/certificates/device-001')

  await hub[Symbol.asyncDispose]()

  expect(told).toEqual([{ kind: 'device', id: 'device-001' }])
  expect(hub.log.lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      msg: 'Clients could not be disconnected from EMQX',
      deviceId: 'device-001',
    }),
  )
  expect(JSON.stringify(hub.log.lines)).not.toContain(EMQX_KEY.secret)
})

/** A hub with the device `device-001` of ann, an EMQX's REST API, and EMQX's part over plain HTTP on loopback. */
async function openScene() {
  await using stack = new AsyncDisposableStack()
  const management = stack.use(await openEmqxDouble())
  const hub = stack.use(await startTestHub({ settings: { emqx: apiOf(management) } }))
  const device = await hub.enrol('device-001', { userId: 'ann' })
  const token: string = (await hub.api('POST', '/api/tokens', { body: { name: 'emqx', role: 'validator' } })).json()
    .token
  const emqx = playEmqx(await printConf(hub, token))
  const resources = stack.move()
  return { hub, device, token, emqx, management, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

function apiOf(management: { readonly url: string }) {
  return { api_url: management.url, api_key: EMQX_KEY.key, api_secret: EMQX_KEY.secret }
}

async function printConf({ folder, hub }: TestHub, token: string): Promise<ConfObject> {
  await writeFile(join(folder, 'token'), token)
  const argv = ['emqx-config', '--url', `http://localhost:${hub.apiPort}`, '--token-file', 'token']
  return readEmqxConf((await run({ argv, cwd: folder })).stdout)
}
