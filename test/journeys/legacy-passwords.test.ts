import { createHash, pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { hashSync } from 'bcryptjs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { logIn, returnCodeOf } from '../support/login.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const OLD = { username: 'old name', password: 'correct horse' }
const DAY_MS = 86_400_000
const OWN = 'users/default/devices/pump'
// What one comparison costs is the test's patience: the least that bcrypt allows, and what EMQX and Mosquitto use.
const CHEAP = hashSync(OLD.password, 4)

afterEach(() => {
  vi.useRealTimers()
})

describe('an imported password lets its device in', () => {
  const salt = Buffer.from('salt of the device')
  const digest = (algorithm: string, ...parts: (string | Buffer)[]) =>
    createHash(algorithm)
      .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
      .digest('base64')
  for (const { name, hash } of [
    { name: 'as EMQX keeps bcrypt', hash: { algorithm: 'bcrypt', digest: CHEAP } },
    {
      name: 'as EMQX keeps SHA-256, salt first',
      hash: { algorithm: 'sha256', digest: digest('sha256', salt, OLD.password), salt: salt.toString('base64') },
    },
    { name: 'without a salt', hash: { algorithm: 'sha256', digest: digest('sha256', OLD.password) } },
    {
      name: 'as Mosquitto keeps $6$, salt last',
      hash: {
        algorithm: 'sha512',
        digest: digest('sha512', OLD.password, salt),
        salt: salt.toString('base64'),
        saltPosition: 'suffix',
      },
    },
    {
      name: 'as Mosquitto keeps $7$',
      hash: {
        algorithm: 'pbkdf2',
        digest: pbkdf2Sync(OLD.password, salt, 101, 64, 'sha512').toString('base64'),
        salt: salt.toString('base64'),
        iterations: 101,
        macFunction: 'sha512',
      },
    },
  ]) {
    test(name, async () => {
      await using hub = await startLegacyHub()
      expect((await importPassword(hub, hash)).status).toBe(200)
      expect(await returnCodeOf(hub, OLD, { clientId: 'pump' })).toBe(0)
      expect(await returnCodeOf(hub, { ...OLD, password: 'wrong' }, { clientId: 'pump' })).toBe(4)
      expect(await hub.refusals()).toMatchObject([{ cause: 'login_invalid', presented: { userName: 'old name' } }])
      expect(hub.log.text).not.toContain(OLD.password)
    })
  }
})

describe('an imported password', () => {
  test('is marked in the device and in the list', async () => {
    await using hub = await startLegacyHub()
    const { legacy } = (await hub.api('GET', '/api/devices/pump')).json()
    expect(legacy).toBeNull()
    const kept = (await importPassword(hub)).json()
    expect(kept).toEqual({ userName: 'old name', endsAt: expect.any(String) })
    expect((await hub.api('GET', '/api/devices/pump')).json().legacy).toEqual(kept)
    expect((await hub.api('GET', '/api/devices')).json().items).toMatchObject([{ legacy: kept }])
  })

  test('is no token, and asks for none: what a client sends behind its CONNECT waits for the comparison', async () => {
    await using hub = await startLegacyHub()
    await importPassword(hub)
    using client = await logIn(hub, OLD, { clientId: 'pump' })
    for (const messageId of [1, 2, 3]) {
      client.send({ cmd: 'publish', topic: `${OWN}/t`, payload: 'x', qos: 1, messageId, retain: false, dup: false })
    }
    const acknowledged = () => client.received.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : []))
    while (acknowledged().length < 3) await once(client.socket, 'packet')
    expect(acknowledged()).toEqual([1, 2, 3])
  })

  test('that is removed has lost its session when the answer comes, and one that is replaced as well', async () => {
    await using hub = await startLegacyHub()
    const remove = () => hub.api('DELETE', '/api/devices/pump/legacy-credential')
    for (const end of [remove, () => importPassword(hub, { algorithm: 'bcrypt', digest: hashSync('another', 4) })]) {
      await importPassword(hub)
      using client = await logIn(hub, OLD, { clientId: 'pump' })
      expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
      await end()
      await client.closed
      expect(await returnCodeOf(hub, OLD)).toBe(4)
    }
  })

  test('wins no race against its removal while it is compared, 40 times', async () => {
    await using hub = await startLegacyHub()
    for (let round = 0; round < 40; round++) {
      // A hash of its own each time: one that is known is not compared.
      await importPassword(hub, { algorithm: 'bcrypt', digest: hashSync(OLD.password, 5) })
      using client = await logIn(hub, OLD, { clientId: 'pump' })
      await hub.api('DELETE', '/api/devices/pump/legacy-credential')
      await client.closed
    }
  })

  test('does not let in a device that was suspended while it was compared', async () => {
    await using hub = await startLegacyHub()
    await importPassword(hub, { algorithm: 'bcrypt', digest: hashSync(OLD.password, 8) })
    using client = await logIn(hub, OLD, { clientId: 'pump' })
    await hub.api('PATCH', '/api/devices/pump', { body: { state: 'suspended' } })
    await client.closed
    expect(await returnCodeOf(hub, OLD)).toBe(5)
  })

  test('that somebody guesses at shuts out the guesser, not the device', async () => {
    await using hub = await startLegacyHub()
    await importPassword(hub)
    const guess = async (): Promise<unknown> => {
      using client = await logIn(hub, { ...OLD, password: 'a guess' }, {}, { localAddress: '127.0.0.9' })
      return (await client.next('connack'))?.returnCode
    }
    const codes = []
    for (let attempt = 0; attempt < 7; attempt++) codes.push(await guess())
    expect(codes).toEqual([4, 4, 4, 4, 4, 3, 3])
    expect(await returnCodeOf(hub, OLD, { clientId: 'pump' })).toBe(0)
    hub.clock.advance(60_000)
    expect(await guess()).toBe(4)
  })

  test('warns from 30 days before its end, once a day, and closes then', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await using hub = await startLegacyHub()
    await importPassword(hub)
    const warned: string[] = []
    using _listening = hub.hub.events.subscribe('credential.expiring', ({ id }) => void warned.push(id))
    using client = await logIn(hub, OLD, { clientId: 'pump' })
    await client.next('connack')
    const sweepAfter = (days: number): number => {
      hub.clock.advance(days * DAY_MS)
      vi.advanceTimersByTime(60_000)
      return warned.length
    }
    expect(sweepAfter(9)).toBe(0)
    expect(sweepAfter(1)).toBe(1)
    expect(sweepAfter(0.5)).toBe(1)
    expect(sweepAfter(0.5)).toBe(2)
    expect(hub.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'Imported passwords end within 30 days', deviceId: 'pump' }),
    )
    sweepAfter(29.1)
    await client.closed
    expect(await returnCodeOf(hub, OLD)).toBe(4)
    expect((await hub.refusals())[0]).toMatchObject({ cause: 'legacy_password_ended' })
  })

  test('has one owner for each user name, and an end within a year', async () => {
    await using hub = await startLegacyHub()
    await hub.api('POST', '/api/devices', { body: { deviceId: 'valve' } })
    await importPassword(hub)
    const call = (device: string, body: object) => hub.api('PUT', `/api/devices/${device}/legacy-credential`, { body })
    const hash = { algorithm: 'bcrypt', digest: CHEAP }
    const taken = await call('valve', { userName: 'old name', hash, endsAt: inDays(hub, 40) })
    expect([taken.status, taken.json().code]).toEqual([409, 'user_name_taken'])
    for (const days of [-1, 400]) expect((await call('pump', { hash, endsAt: inDays(hub, days) })).status).toBe(400)
    expect((await call('nobody', { hash, endsAt: inDays(hub, 40) })).status).toBe(404)
  })
})

async function startLegacyHub(): Promise<TestHub> {
  const hub = await startTestHub({ settings: { mqtt: { auth: 'token' } } })
  await hub.api('POST', '/api/devices', { body: { deviceId: 'pump' } })
  return hub
}

function importPassword(hub: TestHub, hash: object = { algorithm: 'bcrypt', digest: CHEAP }) {
  const body = { userName: OLD.username, hash, endsAt: inDays(hub, 40) }
  return hub.api('PUT', '/api/devices/pump/legacy-credential', { body })
}

function inDays(hub: TestHub, days: number): string {
  return new Date(hub.clock.now().getTime() + days * DAY_MS).toISOString()
}
