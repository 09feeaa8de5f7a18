import { hashSync } from 'bcryptjs'
import type { IClientOptions, MqttClient } from 'mqtt'
import { describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/config.ts'
import { createToken, returnCodeOf, type Shown } from '../support/login.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }

describe('MQTT without TLS', () => {
  test('is off unless it is asked for', async () => {
    await using hub = await startTestHub()
    expect(hub.hub.plainMqttPort).toBeUndefined()
  })

  for (const auth of ['mtls', 'https_only', 'mtls_and_token'] as const) {
    test(`takes a device's token, and nothing less, while MQTTS asks for ${auth}`, async () => {
      await using hub = await startPlainHub({ auth, plain: LOOPBACK })
      const token = await createToken(hub, 'devices/pump')
      const device = await connectPlain(hub, token)
      const other = await connectPlain(hub, token, { clientId: 'pump:2' })
      await other.subscribeAsync('users/default/devices/pump/#')
      const arrived = new Promise((resolve) => other.once('message', resolve))
      await device.publishAsync('users/default/devices/pump/t', 'x', { qos: 1 })
      expect(await arrived).toBe('users/default/devices/pump/t')
      await expect(connectPlain(hub, {})).rejects.toMatchObject({ code: 4 })
      await expect(connectPlain(hub, { ...token, password: 'x' })).rejects.toMatchObject({ code: 4 })
      expect(await hub.refusals()).toMatchObject([
        { surface: 'mqtt', cause: 'login_invalid' },
        { surface: 'mqtt', cause: 'login_missing' },
      ])
      // What lets in here does not let in there.
      if (auth !== 'https_only') expect(await returnCodeOf(hub, token)).toBe(5)
    })
  }

  test('takes an imported password', async () => {
    await using hub = await startPlainHub({ plain: LOOPBACK })
    const endsAt = new Date(hub.clock.now().getTime() + 1_000_000).toISOString()
    const hash = { algorithm: 'bcrypt', digest: hashSync('old password', 4) }
    await hub.api('PUT', '/api/devices/pump/legacy-credential', { body: { hash, endsAt } })
    expect((await connectPlain(hub, { username: 'pump', password: 'old password' })).connected).toBe(true)
    await hub.enrol('pump')
    const answer = await hub.api('DELETE', '/api/devices/certificates/pump')
    expect(answer.headers['warning']).toBe('299 - "its imported password still lets device pump in"')
  })

  test('loses its session with its token', async () => {
    await using hub = await startPlainHub({ plain: LOOPBACK })
    const token = await createToken(hub, 'devices/pump')
    const device = await connectPlain(hub, token)
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))
    await hub.api('DELETE', `/api/devices/pump/tokens/${token.id}`)
    await closed
  })

  test('turns away who comes from an address that is not named', async () => {
    await using hub = await startPlainHub({ plain: { ...LOOPBACK, allow: ['127.0.0.7/32', '10.0.0.0/8'] } })
    const token = await createToken(hub, 'devices/pump')
    await expect(connectPlain(hub, token)).rejects.toThrow()
    expect(await hub.refusals()).toMatchObject([
      { surface: 'mqtt', cause: 'address_not_allowed', address: '127.0.0.1', expected: '127.0.0.7/32, 10.0.0.0/8' },
    ])
  })
})

async function startPlainHub(mqtt: NonNullable<ConfigInput>['mqtt']): Promise<TestHub> {
  const hub = await startTestHub({ settings: { mqtt } })
  await hub.api('POST', '/api/devices', { body: { deviceId: 'pump' } })
  return hub
}

function connectPlain(hub: TestHub, { username, password }: Shown, options: IClientOptions = {}): Promise<MqttClient> {
  const login = username === undefined ? {} : { username, password: password ?? '' }
  const port = hub.hub.plainMqttPort ?? 0
  return hub.connect({}, { protocol: 'mqtt', host: '127.0.0.1', port, clientId: 'pump', ...login, ...options })
}
