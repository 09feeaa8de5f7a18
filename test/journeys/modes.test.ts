import { describe, expect, test } from 'vitest'
import type { AuthMode } from '../../src/registry/auth-mode.ts'
import { createToken, logIn, returnCodeOf, type Shown } from '../support/login.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

type Cell =
  | 'nothing'
  | 'certificate'
  | 'token'
  | 'both'
  | 'certificate and the token of another'
  | 'revoked certificate'
  | 'expired certificate'
  | 'expired certificate and token'
  | 'revoked token'
  | 'expired token'
  | 'certificate and revoked token'
  | 'certificate and expired token'
  | 'revoked certificate and token'
  | 'certificate of one who is suspended'
  | 'token of one who is suspended'

// MQTT 3.1.1 §3.2.2.3: 4 is user name or password, 5 anything else
const RETURN_CODES: Readonly<Record<Cell, Readonly<Record<AuthMode, number>>>> = {
  nothing: { mtls: 5, token: 4, https_only: 0, mtls_or_token: 5, mtls_and_token: 5 },
  certificate: { mtls: 0, token: 4, https_only: 0, mtls_or_token: 0, mtls_and_token: 4 },
  token: { mtls: 5, token: 0, https_only: 0, mtls_or_token: 0, mtls_and_token: 5 },
  both: { mtls: 0, token: 0, https_only: 0, mtls_or_token: 0, mtls_and_token: 0 },
  'certificate and the token of another': { mtls: 4, token: 0, https_only: 0, mtls_or_token: 4, mtls_and_token: 4 },
  'revoked certificate': { mtls: 5, token: 4, https_only: 0, mtls_or_token: 5, mtls_and_token: 5 },
  'expired certificate': { mtls: 5, token: 4, https_only: 0, mtls_or_token: 5, mtls_and_token: 5 },
  'expired certificate and token': { mtls: 5, token: 0, https_only: 0, mtls_or_token: 5, mtls_and_token: 5 },
  'revoked token': { mtls: 5, token: 4, https_only: 4, mtls_or_token: 4, mtls_and_token: 5 },
  'expired token': { mtls: 5, token: 4, https_only: 4, mtls_or_token: 4, mtls_and_token: 5 },
  'certificate and revoked token': { mtls: 4, token: 4, https_only: 4, mtls_or_token: 4, mtls_and_token: 4 },
  'certificate and expired token': { mtls: 4, token: 4, https_only: 4, mtls_or_token: 4, mtls_and_token: 4 },
  'revoked certificate and token': { mtls: 5, token: 0, https_only: 0, mtls_or_token: 5, mtls_and_token: 5 },
  'certificate of one who is suspended': { mtls: 5, token: 4, https_only: 0, mtls_or_token: 5, mtls_and_token: 5 },
  'token of one who is suspended': { mtls: 5, token: 5, https_only: 5, mtls_or_token: 5, mtls_and_token: 5 },
}

const MODES: readonly AuthMode[] = ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token']

describe('who is let in:', () => {
  for (const mode of MODES) {
    test(`every cell of ${mode}, with real clients`, async () => {
      await using hub = await startTestHub({ settings: { mqtt: { auth: mode } } })
      const cells = await arrange(hub)
      const found: [string, unknown][] = []
      for (const [cell, shown] of Object.entries(cells)) found.push([cell, await returnCodeOf(hub, shown)])
      const expected = Object.entries(RETURN_CODES).map(([cell, codes]) => [cell, codes[mode]])
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
      expect(hub.log.text).not.toMatch(SECRET)
      expect(JSON.stringify(await hub.refusals())).not.toMatch(SECRET)
    })
  }

  test('auth.mode speaks for MQTT where mqtt.auth does not', async () => {
    await using hub = await startTestHub({ settings: { auth: { mode: 'token' } } })
    await hub.enrol('pump')
    expect(await returnCodeOf(hub, await createToken(hub, 'devices/pump'))).toBe(0)
  })
})

const SECRET = /sgn_[0-9a-f]{12}_/

async function arrange(hub: TestHub): Promise<Readonly<Record<Cell, Shown>>> {
  const [pump, , lost, idle, late] = [
    await hub.enrol('pump'),
    await hub.enrol('valve'),
    await hub.enrol('lost'),
    await hub.enrol('idle'),
    await hub.enrol('late', { validityDays: 1 }),
  ]
  const [token, ofValve, ofLost, ofIdle, ofLate, revoked] = [
    await createToken(hub, 'devices/pump'),
    await createToken(hub, 'devices/valve'),
    await createToken(hub, 'devices/lost'),
    await createToken(hub, 'devices/idle'),
    await createToken(hub, 'devices/late'),
    await createToken(hub, 'devices/pump'),
  ]
  const expiresAt = new Date(hub.clock.now().getTime() + 60_000).toISOString()
  const expired = await createToken(hub, 'devices/pump', { expiresAt })
  hub.clock.advance(25 * 3_600_000)
  await hub.api('DELETE', `/api/devices/pump/tokens/${revoked.id}`)
  await hub.api('DELETE', '/api/devices/certificates/lost')
  await hub.api('PATCH', '/api/devices/idle', { body: { state: 'suspended' } })
  return {
    nothing: {},
    certificate: certificateOf(pump),
    token,
    both: { ...certificateOf(pump), ...token },
    'certificate and the token of another': { ...certificateOf(pump), ...ofValve },
    'revoked certificate': certificateOf(lost),
    'expired certificate': certificateOf(late),
    'expired certificate and token': { ...certificateOf(late), ...ofLate },
    'revoked token': revoked,
    'expired token': expired,
    'certificate and revoked token': { ...certificateOf(pump), ...revoked },
    'certificate and expired token': { ...certificateOf(pump), ...expired },
    'revoked certificate and token': { ...certificateOf(lost), ...ofLost },
    'certificate of one who is suspended': certificateOf(idle),
    'token of one who is suspended': ofIdle,
  }
}

function certificateOf({ cert, key }: { readonly cert: string; readonly key: string }): Shown {
  return { cert, key }
}

describe('in the mode https_only', () => {
  test('anybody reaches public/#, and nothing else', async () => {
    await using hub = await startTestHub({ settings: { mqtt: { auth: 'https_only' } } })
    using guest = await logIn(hub, {}, { clientId: 'guest' })
    expect(await guest.next('connack')).toMatchObject({ returnCode: 0 })
    const topics = ['public/#', 'public/a', 'users/#', '#', '$SYS/#']
    guest.send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 0 })) })
    expect(await guest.next('suback')).toMatchObject({ granted: [0, 0, 128, 128, 128] })
    guest.send(
      { cmd: 'publish', topic: 'private', payload: 'x', qos: 0, retain: false, dup: false },
      { cmd: 'publish', topic: 'public/a', payload: 'y', qos: 0, retain: false, dup: false },
    )
    expect(await guest.next('publish')).toMatchObject({ topic: 'public/a' })
    expect(await hub.refusals()).toContainEqual(expect.objectContaining({ cause: 'publish_denied' }))
  })

  test('nobody takes the client id of a device, or one that begins with it', async () => {
    await using hub = await startTestHub({ settings: { mqtt: { auth: 'https_only' } } })
    await hub.api('POST', '/api/devices', { body: { deviceId: 'pump', clientIds: ['spare'] } })
    for (const clientId of ['pump', 'pump:2', 'spare']) expect(await returnCodeOf(hub, {}, { clientId })).toBe(2)
    expect(await returnCodeOf(hub, {}, { clientId: 'somebody' })).toBe(0)
    expect(await returnCodeOf(hub, {}, { clientId: '' })).toBe(0)
  })
})
