import { describe, expect, test } from 'vitest'
import { createDeviceScene, MINUTE_MS, NOON, type Scene } from './registry-scene.ts'

describe('a token', () => {
  test('is shown once and kept as a hash', async () => {
    using scene = await createDeviceScene()
    const { id, token } = create(scene)
    expect(token).toMatch(new RegExp(`^sgn_${id}_[\\w-]{43}$`))
    expect(scene.database.sqlite.serialize().includes(token.slice(-43))).toBe(false)
    expect(scene.registry.identityTokens.listOf('device', 'pump')).toMatchObject([
      { id, kind: 'device', subjectId: 'pump', createdAt: NOON, lastUsedAt: undefined, revokedAt: undefined },
    ])
  })

  test('is made for nobody who does not exist, and for no time that is past', async () => {
    using scene = await createDeviceScene()
    const { identityTokens } = scene.registry
    expect(() => identityTokens.create('device', 'PUMP')).toThrow(expect.objectContaining({ code: 'device_not_found' }))
    expect(() => identityTokens.create('service', 'pump')).toThrow(
      expect.objectContaining({ code: 'service_not_found' }),
    )
    expect(() => identityTokens.create('device', 'pump', NOON)).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    )
    expect(identityTokens.listOf('device', 'pump')).toEqual([])
  })

  test('is marked and its sessions are cut in the tick of its revocation; again: the first time stands', async () => {
    using scene = await createDeviceScene()
    const { identityTokens } = scene.registry
    const { id } = create(scene)
    const revoked = identityTokens.revoke('device', 'pump', id)
    expect(identityTokens.listOf('device', 'pump')).toMatchObject([{ revokedAt: NOON }])
    expect(scene.cuts).toMatchObject([{ call: 'cutCredentials', of: [`token:${id}`] }])
    await revoked
    scene.advance(MINUTE_MS)
    await identityTokens.revoke('device', 'pump', id)
    expect(identityTokens.listOf('device', 'pump')).toMatchObject([{ revokedAt: NOON }])
  })

  test('is its owner’s alone', async () => {
    using scene = await createDeviceScene()
    const { id } = create(scene)
    scene.registry.devices.create({ deviceId: 'valve' }, true)
    expect(() => scene.registry.identityTokens.revoke('device', 'valve', id)).toThrow(
      expect.objectContaining({ code: 'token_not_found' }),
    )
    expect(scene.cuts).toEqual([])
  })

  test('is active until it is revoked or expires', async () => {
    using scene = await createDeviceScene()
    const { identityTokens } = scene.registry
    const ending = identityTokens.create('device', 'pump', new Date(NOON.getTime() + MINUTE_MS))
    const lasting = create(scene)
    const active = () => identityTokens.activeOf('device', 'pump').map(({ id }) => id)
    expect(active()).toEqual([ending.id, lasting.id])
    scene.advance(MINUTE_MS)
    expect(active()).toEqual([lasting.id])
    await identityTokens.revoke('device', 'pump', lasting.id)
    expect(active()).toEqual([])
  })

  test('is known to have been used, to the minute', async () => {
    using scene = await createDeviceScene()
    const { identityTokens } = scene.registry
    const { id } = create(scene)
    const lastUsed = () => identityTokens.listOf('device', 'pump')[0]?.lastUsedAt?.getTime()
    for (const { wait, expected } of [
      { wait: 0, expected: 0 },
      { wait: MINUTE_MS - 1, expected: 0 },
      { wait: 1, expected: MINUTE_MS },
    ]) {
      scene.advance(wait)
      await identityTokens.noteUse(`token:${id}`)
      expect(lastUsed()).toBe(NOON.getTime() + expected)
    }
    await identityTokens.noteUse('token:unknown')
    await identityTokens.noteUse('AA:BB')
  })
})

describe('a rotation', () => {
  test('leaves the old token until the new one is first used', async () => {
    using scene = await createDeviceScene()
    const { identityTokens } = scene.registry
    const old = create(scene)
    const renewed = identityTokens.rotate('device', 'pump', old.id)
    expect(identityTokens.activeOf('device', 'pump')).toHaveLength(2)
    await identityTokens.noteUse(`token:${renewed.id}`)
    expect(identityTokens.activeOf('device', 'pump')).toMatchObject([{ id: renewed.id }])
    expect(scene.cuts).toMatchObject([{ call: 'cutCredentials', of: [`token:${old.id}`] }])
  })

  test('that is repeated before it was used ends every token before it, once', async () => {
    using scene = await createDeviceScene()
    const { identityTokens } = scene.registry
    const first = create(scene)
    const second = identityTokens.rotate('device', 'pump', first.id)
    const third = identityTokens.rotate('device', 'pump', second.id)
    for (let use = 0; use < 2; use++) await identityTokens.noteUse(`token:${third.id}`)
    expect(identityTokens.activeOf('device', 'pump')).toMatchObject([{ id: third.id }])
    expect(scene.cuts.flatMap(({ of }) => of).toSorted()).toEqual(
      [`token:${first.id}`, `token:${second.id}`].toSorted(),
    )
  })

  test('of a token that has ended is refused', async () => {
    using scene = await createDeviceScene()
    const { id } = create(scene)
    await scene.registry.identityTokens.revoke('device', 'pump', id)
    expect(() => scene.registry.identityTokens.rotate('device', 'pump', id)).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    )
  })
})

test('tokens go with their device or service, and with its owner', async () => {
  using scene = await createDeviceScene()
  const { identityTokens, devices, services } = scene.registry
  services.create({ name: 'backend' }, true)
  const ids = [create(scene).id, identityTokens.create('service', 'backend').id]
  await devices.change('pump', { userId: 'ann' }, true)
  await services.remove('backend')
  for (const id of ids) expect(scene.stores.identityTokens.find(id)).toBeUndefined()
})

function create({ registry }: Scene) {
  return registry.identityTokens.create('device', 'pump')
}
