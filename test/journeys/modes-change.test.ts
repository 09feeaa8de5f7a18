import { expect, test } from 'vitest'
import type { AuthMode } from '../../src/registry/auth-mode.ts'
import { createToken } from '../support/login.ts'
import { connectPacket, openRawClient, type RawClient } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

test.each([
  { from: 'mtls_or_token', to: 'mtls', stays: ['certificate', 'both'] },
  { from: 'mtls_or_token', to: 'token', stays: ['token', 'both'] },
  { from: 'mtls_or_token', to: 'mtls_and_token', stays: ['both'] },
  { from: 'mtls_or_token', to: 'https_only', stays: [] },
] as const)('a change from $from to $to ends the sessions that $to would not let in', async ({ from, to, stays }) => {
  await using hub = await startTestHub({ settings: modeOf(from) })
  const { cert, key } = await hub.enrol('pump')
  const login = await createToken(hub, 'devices/pump')
  const shown = { certificate: { cert, key }, token: login, both: { cert, key, ...login } }
  const clients = new Map<string, RawClient>()
  await using stack = new AsyncDisposableStack()
  for (const [name, one] of Object.entries(shown)) {
    clients.set(name, stack.use(await enter(hub, one, `pump:${name}`)))
  }
  await hub.reload(modeOf(to))
  for (const [name, client] of clients) {
    if (!stays.some((one) => one === name)) {
      await client.closed
      continue
    }
    client.send({ cmd: 'pingreq' })
    expect(await client.next('pingresp'), name).toBeDefined()
  }
  expect(hub.hub.mqttPort).toBeGreaterThan(0)
})

test('a change of the mode leaves those without TLS alone, who were never asked for a certificate', async () => {
  const plain = { host: '127.0.0.1', port: 0 }
  await using hub = await startTestHub({ settings: { mqtt: { auth: 'token', plain } } })
  await hub.enrol('pump')
  const { username, password } = await createToken(hub, 'devices/pump')
  const client = await hub.connect(
    {},
    { protocol: 'mqtt', host: '127.0.0.1', port: hub.hub.plainMqttPort ?? 0, clientId: 'pump', username, password },
  )
  await hub.reload({ mqtt: { auth: 'mtls', plain } })
  await client.publishAsync('users/default/devices/pump/t', 'still here', { qos: 1 })
  expect(client.connected).toBe(true)
})

function modeOf(auth: AuthMode) {
  return { mqtt: { auth } }
}

interface Shown {
  readonly cert?: string
  readonly key?: string
  readonly username?: string
  readonly password?: string
}

async function enter(hub: TestHub, { cert, key, username, password }: Shown, clientId: string): Promise<RawClient> {
  const client = await openRawClient(hub, cert && key ? { cert, key } : {})
  const login = username && password ? { username, password: Buffer.from(password) } : {}
  client.send(connectPacket({ clientId, ...login }))
  expect(await client.next('connack'), clientId).toMatchObject({ returnCode: 0 })
  return client
}
