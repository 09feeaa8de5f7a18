import { describe, expect, test } from 'vitest'
import type { LegacyCredential } from '../../src/registry/legacy-credential.ts'
import { createDeviceScene, createScene, DAY_MS, NOON, type Scene } from './registry-scene.ts'

const HASH = { algorithm: 'bcrypt', digest: 'of the old password' } as const
const OTHER_HASH = { algorithm: 'bcrypt', digest: 'of another' } as const

describe('an imported password', () => {
  test('is kept under the device’s id where no other user name is given', async () => {
    using scene = await createDeviceScene()
    const { legacy } = scene.registry
    expect(legacy.find('pump')).toBeUndefined()
    const kept = { deviceId: 'pump', userName: 'pump', hash: HASH, endsAt: inDays(10), createdAt: NOON }
    expect(await legacy.put('pump', { hash: HASH, endsAt: inDays(10) })).toEqual(kept)
    expect(legacy.find('pump')).toEqual(kept)
  })

  for (const { name, request } of [
    { name: 'user name', request: { userName: 'new', hash: HASH, endsAt: inDays(10) } },
    { name: 'hash', request: { userName: 'old', hash: OTHER_HASH, endsAt: inDays(10) } },
    { name: 'end', request: { userName: 'old', hash: HASH, endsAt: inDays(11) } },
  ]) {
    test(`cuts who is logged in with it when its ${name} changes, in the tick of the change`, async () => {
      using scene = await createDeviceScene()
      await put(scene)
      const cuts = scene.cuts.length
      const changed = scene.registry.legacy.put('pump', request)
      expect(scene.cuts.slice(cuts)).toMatchObject([{ call: 'cutCredentials', of: ['legacy:pump'] }])
      await changed
      expect(scene.registry.legacy.find('pump')).toMatchObject(request)
    })
  }

  test('that is imported again as it is cuts nobody', async () => {
    using scene = await createDeviceScene()
    const first = await put(scene)
    const cuts = scene.cuts.length
    scene.advance(1)
    expect(await put(scene)).toEqual(first)
    expect(scene.cuts).toHaveLength(cuts)
  })

  test('belongs to one device', async () => {
    using scene = await createDeviceScene()
    scene.registry.devices.create({ deviceId: 'valve' }, true)
    await put(scene)
    const request = { userName: 'old', hash: HASH, endsAt: inDays(1) }
    await expect(scene.registry.legacy.put('valve', request)).rejects.toMatchObject({ code: 'user_name_taken' })
    expect(scene.registry.legacy.find('valve')).toBeUndefined()
  })

  for (const { name, days, code } of [
    { name: 'ends after now', days: 0, code: 'bad_request' },
    { name: 'ends within a year', days: 367, code: 'bad_request' },
  ]) {
    test(`${name}`, async () => {
      using scene = await createDeviceScene()
      const request = { hash: HASH, endsAt: inDays(days) }
      await expect(scene.registry.legacy.put('pump', request)).rejects.toMatchObject({ code })
      expect(scene.registry.legacy.find('pump')).toBeUndefined()
    })
  }

  test('is of a device that exists', async () => {
    using scene = await createDeviceScene()
    const { legacy } = scene.registry
    await expect(legacy.put('nobody', { hash: HASH, endsAt: inDays(1) })).rejects.toMatchObject({
      code: 'device_not_found',
    })
    await expect(legacy.remove('nobody')).rejects.toMatchObject({ code: 'device_not_found' })
  })

  test('is gone, and who is logged in with it cut, when it is removed; again is no fault', async () => {
    using scene = await createDeviceScene()
    await put(scene)
    for (let time = 0; time < 2; time++) {
      await scene.registry.legacy.remove('pump')
      expect(scene.registry.legacy.find('pump')).toBeUndefined()
      expect(scene.cuts.at(-1)).toMatchObject({ call: 'cutCredentials', of: ['legacy:pump'] })
    }
  })

  test('goes with its device and with its owner', async () => {
    using scene = await createDeviceScene()
    const { devices, legacy } = scene.registry
    await put(scene)
    await devices.change('pump', { userId: 'ann' }, true)
    expect(legacy.find('pump')).toBeUndefined()
    await put(scene)
    await devices.remove('pump')
    expect(legacy.find('pump')).toBeUndefined()
  })
})

test('those that end within 30 days are told once a day, soonest first', async () => {
  const told: (readonly LegacyCredential[])[] = []
  using scene = await createScene({ onExpiring: (expiring) => void told.push(expiring) })
  const { devices, legacy } = scene.registry
  for (const [deviceId, days] of [
    ['later', 31],
    ['second', 20],
    ['first', 10],
  ] as const) {
    devices.create({ deviceId }, true)
    await legacy.put(deviceId, { hash: HASH, endsAt: inDays(days) })
  }
  const ids = () => told.map((expiring) => expiring.map(({ deviceId }) => deviceId))
  await legacy.warn()
  await legacy.warn()
  expect(ids()).toEqual([['first', 'second']])
  expect(scene.events).toEqual(['credential.expiring first', 'credential.expiring second'])
  scene.advance(DAY_MS)
  await legacy.warn()
  expect(ids()[1]).toEqual(['first', 'second', 'later'])
  scene.advance(31 * DAY_MS)
  await legacy.warn()
  expect(told).toHaveLength(2)
})

function put({ registry }: Scene): Promise<LegacyCredential> {
  return registry.legacy.put('pump', { userName: 'old', hash: HASH, endsAt: inDays(10) })
}

function inDays(days: number): Date {
  return new Date(NOON.getTime() + days * DAY_MS)
}
