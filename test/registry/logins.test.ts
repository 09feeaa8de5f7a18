import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Login } from '../../src/registry/login.ts'
import { createScene, DAY_MS, MINUTE_MS, NOON, type Scene, type SceneOverrides } from './registry-scene.ts'

const ADDRESS = '192.0.2.7'
const OLD = { userName: 'old name', password: Buffer.from('old password') }

describe('a login is judged by its token:', () => {
  test('good, as its device, until it ends', async () => {
    using scene = await createLoginScene()
    const expiresAt = new Date(NOON.getTime() + DAY_MS)
    const { id, token } = scene.registry.identityTokens.create('device', 'pump', expiresAt)
    expect(judge(scene, 'pump', token)).toEqual({
      identity: { kind: 'device', id: 'pump', userId: 'ann' },
      credential: `token:${id}`,
      endsAt: expiresAt,
    })
    scene.advance(DAY_MS - 1)
    expect(judge(scene, 'pump', token)).toHaveProperty('identity')
    scene.advance(1)
    expect(judge(scene, 'pump', token)).toMatchObject({ cause: 'token_expired' })
  })

  for (const { cause, name, arrange } of [
    {
      cause: 'login_invalid',
      name: 'an unknown token',
      arrange: () => ['pump', `sgn_${'0'.repeat(12)}_${'A'.repeat(43)}`],
    },
    {
      cause: 'login_invalid',
      name: 'the id of a token with another secret',
      arrange: (_: Scene, token: string) => ['pump', token.slice(0, -43) + 'A'.repeat(43)],
    },
    { cause: 'login_invalid', name: 'what is no token and no password', arrange: () => ['pump', 'secret'] },
    { cause: 'user_name_wrong', name: 'the token of another', arrange: (_: Scene, token: string) => ['valve', token] },
    { cause: 'user_name_wrong', name: 'the id in other case', arrange: (_: Scene, token: string) => ['PUMP', token] },
    {
      cause: 'identity_suspended',
      name: 'one who is suspended',
      arrange: (scene: Scene, token: string) => {
        void scene.registry.devices.change('pump', { state: 'suspended' }, true)
        return ['pump', token]
      },
    },
    {
      cause: 'token_revoked',
      name: 'a revoked token',
      arrange: (scene: Scene, token: string) => {
        void scene.registry.identityTokens.revoke('device', 'pump', token.slice(4, 16))
        return ['pump', token]
      },
    },
  ] as const) {
    test(`${cause}: ${name}, with nothing secret told`, async () => {
      using scene = await createLoginScene()
      const { token } = scene.registry.identityTokens.create('device', 'pump')
      const [userName = '', password = ''] = arrange(scene, token)
      const judgement = judge(scene, userName, password)
      expect(judgement).toMatchObject({ cause, presented: { userName } })
      expect(JSON.stringify(judgement)).not.toContain(password)
    })
  }

  test('the owner of a token is told of only where its secret was shown', async () => {
    using scene = await createLoginScene()
    const { id, token } = scene.registry.identityTokens.create('device', 'pump')
    expect(judge(scene, 'valve', token)).toMatchObject({
      presented: { identity: 'device:pump', token: id },
      expected: 'the user name pump',
    })
    expect(judge(scene, 'pump', 'guess')).toEqual({ cause: 'login_invalid', presented: { userName: 'pump' } })
  })

  test('a token in the place of the user name is not told, nor more than 80 characters of one', async () => {
    using scene = await createLoginScene()
    const { token } = scene.registry.identityTokens.create('device', 'pump')
    expect(judge(scene, token, token)).toMatchObject({ presented: { userName: 'a token' } })
    expect(judge(scene, 'x'.repeat(1000), 'y')).toMatchObject({ presented: { userName: 'x'.repeat(80) } })
  })
})

describe('a login is judged by its imported password:', () => {
  test('compared first, then good, then known without a comparison', async () => {
    using scene = await createLoginScene()
    await importPassword(scene)
    const proven = await compare(scene, OLD)
    const expected = {
      identity: { kind: 'device', id: 'pump', userId: 'ann' },
      credential: 'legacy:pump',
      endsAt: new Date(NOON.getTime() + 10 * DAY_MS),
    }
    expect(scene.registry.logins.judge(proven, ADDRESS)).toEqual(expected)
    expect(scene.registry.logins.judge(OLD, ADDRESS)).toEqual(expected)
  })

  test('wrong, however often it is asked again', async () => {
    using scene = await createLoginScene()
    await importPassword(scene)
    const proven = await compare(scene, { ...OLD, password: Buffer.from('a guess') })
    for (let time = 0; time < 2; time++) {
      expect(scene.registry.logins.judge(proven, ADDRESS)).toEqual({
        cause: 'login_invalid',
        presented: { userName: 'old name' },
      })
    }
  })

  test('compared anew when the hash became another meanwhile', async () => {
    using scene = await createLoginScene()
    await importPassword(scene)
    const proven = await compare(scene, OLD)
    await importPassword(scene, 'new password')
    const again = await compare(scene, proven)
    expect(scene.registry.logins.judge(again, ADDRESS)).toMatchObject({ cause: 'login_invalid' })
  })

  for (const { name, cause, arrange } of [
    {
      name: 'removed while it was compared',
      cause: 'login_invalid',
      arrange: ({ registry }: Scene) => registry.legacy.remove('pump'),
    },
    {
      name: 'of one who was suspended while it was compared',
      cause: 'identity_suspended',
      arrange: ({ registry }: Scene) => registry.devices.change('pump', { state: 'suspended' }, true),
    },
    {
      name: 'past its end when it was compared',
      cause: 'legacy_password_ended',
      arrange: async (scene: Scene) => scene.advance(10 * DAY_MS),
    },
  ]) {
    test(`${cause}: ${name}`, async () => {
      using scene = await createLoginScene()
      await importPassword(scene)
      const proven = await compare(scene, OLD)
      await arrange(scene)
      expect(scene.registry.logins.judge(proven, ADDRESS)).toMatchObject({ cause })
      expect(scene.registry.logins.judge(OLD, ADDRESS)).toMatchObject({ cause })
    })
  }

  test('not compared any more for an address that has guessed five times, for a minute', async () => {
    using scene = await createLoginScene()
    await importPassword(scene)
    const guess = { ...OLD, password: Buffer.from('a guess') }
    for (let time = 0; time < 5; time++) await compare(scene, guess)
    expect(scene.registry.logins.judge(guess, ADDRESS)).toMatchObject({ cause: 'login_over_limit' })
    expect(scene.registry.logins.judge(OLD, '192.0.2.8')).toHaveProperty('compare')
    scene.advance(MINUTE_MS)
    expect(scene.registry.logins.judge(guess, ADDRESS)).toHaveProperty('compare')
  })
})

describe('what a credential’s name stands for', () => {
  test('is known as long as it would let in', async () => {
    using scene = await createLoginScene()
    await importPassword(scene)
    const { id } = scene.registry.identityTokens.create('device', 'pump')
    const { identityOf } = scene.registry.connectAdmissions
    const names = [`token:${id}`, 'legacy:pump']
    for (const name of names) expect(identityOf(name)).toEqual({ kind: 'device', id: 'pump', userId: 'ann' })
    for (const name of ['token:unknown', 'legacy:unknown', 'unknown']) expect(identityOf(name)).toBeUndefined()
    await scene.registry.identityTokens.revoke('device', 'pump', id)
    scene.advance(10 * DAY_MS)
    for (const name of names) expect(identityOf(name)).toBeUndefined()
  })

  test('is nobody who is suspended', async () => {
    using scene = await createLoginScene()
    await importPassword(scene)
    await scene.registry.devices.change('pump', { state: 'suspended' }, true)
    expect(scene.registry.connectAdmissions.identityOf('legacy:pump')).toBeUndefined()
  })
})

describe('what still lets a device or service in', () => {
  for (const { name, overrides, expected } of [
    { name: 'is each token and the password', overrides: { mode: 'token' }, expected: 2 },
    { name: 'is as much beside certificates', overrides: { mode: 'mtls_or_token' }, expected: 2 },
    { name: 'is as much where a listener asks for no certificate', overrides: { plainMqtt: true }, expected: 2 },
    { name: 'is nothing where a certificate is needed too', overrides: { mode: 'mtls_and_token' }, expected: 0 },
    { name: 'is nothing where they are not asked for', overrides: { mode: 'mtls' }, expected: 0 },
  ] satisfies readonly { name: string; overrides: SceneOverrides; expected: number }[]) {
    test(name, async () => {
      using scene = await createLoginScene(overrides)
      await importPassword(scene)
      const { id } = scene.registry.identityTokens.create('device', 'pump')
      const all = [`token ${id}`, 'its imported password']
      expect(scene.registry.logins.thatLetIn('device', 'pump')).toEqual(all.slice(0, expected))
    })
  }

  test('is the tokens of a service', async () => {
    using scene = await createLoginScene({ mode: 'token' })
    scene.registry.services.create({ name: 'backend' }, true)
    const { id } = scene.registry.identityTokens.create('service', 'backend')
    expect(scene.registry.logins.thatLetIn('service', 'backend')).toEqual([`token ${id}`])
    expect(scene.registry.logins.thatLetIn('service', 'nobody')).toEqual([])
  })

  test('ends with its time, and when the device is suspended or gone', async () => {
    using scene = await createLoginScene({ mode: 'token' })
    await importPassword(scene)
    scene.advance(10 * DAY_MS)
    expect(scene.registry.logins.thatLetIn('device', 'pump')).toEqual([])
    scene.registry.identityTokens.create('device', 'pump')
    await scene.registry.devices.change('pump', { state: 'suspended' }, true)
    for (const id of ['pump', 'nobody']) expect(scene.registry.logins.thatLetIn('device', id)).toEqual([])
  })
})

async function createLoginScene(overrides: SceneOverrides = {}): Promise<Scene> {
  const scene = await createScene(overrides)
  scene.registry.devices.create({ deviceId: 'pump', userId: 'ann' }, true)
  scene.registry.devices.create({ deviceId: 'valve' }, true)
  return scene
}

function judge({ registry }: Scene, userName: string, password: string) {
  return registry.logins.judge({ userName, password: Buffer.from(password) }, ADDRESS)
}

async function importPassword({ registry }: Scene, password = 'old password'): Promise<void> {
  const digest = createHash('sha256').update(password).digest('base64')
  const hash = { algorithm: 'sha256', digest, salt: '', saltPosition: 'prefix' } as const
  await registry.legacy.put('pump', { userName: 'old name', hash, endsAt: new Date(NOON.getTime() + 10 * DAY_MS) })
}

async function compare({ registry }: Scene, login: Login): Promise<Login> {
  const judgement = registry.logins.judge(login, ADDRESS)
  if (!('compare' in judgement)) throw new Error(JSON.stringify(judgement))
  return judgement.compare()
}
