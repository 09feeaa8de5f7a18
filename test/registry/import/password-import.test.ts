import { describe, expect, test } from 'vitest'
import type { ImportedDevice, ImportedPassword, ImportReport } from '../../../src/registry/import/import-request.ts'
import { createScene, DAY_MS, NOON, type Scene, type SceneOverrides } from '../registry-scene.ts'

const PASSWORD = { userName: 'old', hash: { algorithm: 'bcrypt', digest: '$2b$10$one' } } as const
const OTHER = { userName: 'old', hash: { algorithm: 'bcrypt', digest: '$2b$10$other' } } as const
const PUMP = { deviceId: 'pump', legacyCredential: PASSWORD } as const
const UNTIL = inDays(30)

function inDays(days: number): Date {
  return new Date(NOON.getTime() + days * DAY_MS)
}

function openScene(overrides: SceneOverrides = { mode: 'token' }): Promise<Scene> {
  return createScene(overrides)
}

interface Wish {
  readonly passwordsUntil?: Date
  readonly dryRun?: boolean
}

/** Of one device. */
async function run(
  scene: Scene,
  device: ImportedDevice,
  { dryRun = false, ...wish }: Wish = { passwordsUntil: UNTIL },
) {
  const report = await scene.registry.imports.run({ policies: [], devices: [device], ...wish }, dryRun)
  const [first] = report.devices
  if (!first) throw new Error('One device, one report')
  return first
}

function put(scene: Scene, password: typeof PASSWORD | typeof OTHER, endsAt: Date) {
  return scene.registry.legacy.put('pump', { ...password, endsAt })
}

function undo(scene: Scene, ...devices: ImportReport['devices']) {
  return scene.registry.imports.undo({ policies: [], devices })
}

describe('an imported password', () => {
  test('lets in the device that has nothing else, until the date', async () => {
    using scene = await openScene()
    expect(await run(scene, PUMP)).toEqual({
      deviceId: 'pump',
      action: 'created',
      reasons: [],
      notes: [],
      registered: [],
      password: { userName: 'old', endsAt: UNTIL, savedAt: NOON },
    })
    const kept = { deviceId: 'pump', ...PASSWORD, endsAt: UNTIL, createdAt: NOON }
    expect(scene.registry.legacy.find('pump')).toEqual(kept)
    expect(scene.lifted).toEqual(['device pump'])
  })

  test('is left out without a date, and the report says how it is imported', async () => {
    using scene = await openScene()
    expect(await run(scene, PUMP, {})).toMatchObject({
      action: 'created',
      reasons: [{ code: 'credential_missing' }],
      notes: [expect.stringMatching(/user name old is left out: --passwords-until DATE/)],
    })
    expect(scene.registry.legacy.find('pump')).toBeUndefined()
  })

  test('of a form that is not compared is left out, with the reason', async () => {
    using scene = await openScene()
    const fault = { userName: 'old', fault: 'hash.digest: a cost of 4 to 14' } satisfies ImportedPassword
    expect((await run(scene, { ...PUMP, legacyCredential: fault })).notes).toEqual([
      'The password of user name old is left out: hash.digest: a cost of 4 to 14',
    ])
    expect(scene.registry.legacy.find('pump')).toBeUndefined()
  })

  for (const days of [-1, 0, 367]) {
    test(`ends neither in the past nor after a year: ${days} days`, async () => {
      using scene = await openScene()
      const wish = { passwordsUntil: inDays(days) }
      for (const dryRun of [true, false]) {
        await expect(run(scene, PUMP, { ...wish, dryRun })).rejects.toMatchObject({ code: 'bad_request' })
      }
      expect(scene.stores.devices.find('pump')).toBeUndefined()
    })
  }

  test('is reported by a dry run, word for word, and not kept', async () => {
    using scene = await openScene()
    scene.registry.devices.create({ deviceId: 'pump' }, true)
    await put(scene, OTHER, inDays(3))
    const cuts = scene.cuts.length
    const rehearsed = await run(scene, PUMP, { passwordsUntil: UNTIL, dryRun: true })
    expect(scene.registry.legacy.find('pump')).toMatchObject(OTHER)
    expect(scene.cuts).toHaveLength(cuts)
    expect(await run(scene, PUMP)).toEqual(rehearsed)
  })

  test('changes nothing when it is imported again, and cuts nobody', async () => {
    using scene = await openScene()
    await run(scene, PUMP)
    const cuts = scene.cuts.length
    scene.advance(DAY_MS)
    const again = await run(scene, PUMP)
    expect(again).toMatchObject({ action: 'unchanged', notes: [] })
    expect(again).not.toHaveProperty('password')
    expect(scene.cuts).toHaveLength(cuts)
  })

  test('that replaces another cuts who is logged in with that, once it is kept', async () => {
    using scene = await openScene()
    await run(scene, PUMP)
    scene.advance(DAY_MS)
    const report = await run(scene, { ...PUMP, legacyCredential: OTHER })
    const before = { userName: 'old', endsAt: UNTIL, isSameHash: false }
    expect(report).toMatchObject({
      action: 'updated',
      password: { before },
      notes: [expect.stringMatching(/replaced/)],
    })
    expect(scene.cuts.at(-1)).toMatchObject({ call: 'cutCredentials', of: ['legacy:pump'] })
  })

  test('is kept with all the rest or not at all', async () => {
    using scene = await openScene()
    scene.failCommits()
    await expect(run(scene, PUMP)).rejects.toThrow(/full/)
    expect([scene.stores.devices.find('pump'), scene.stores.legacy.find('pump')]).toEqual([undefined, undefined])
    expect(scene.cuts).toEqual([])
  })

  test('goes to the device that has the user name already', async () => {
    using scene = await openScene()
    scene.registry.devices.create({ deviceId: 'fan' }, true)
    await scene.registry.legacy.put('fan', { ...OTHER, endsAt: UNTIL })
    const { reasons } = await run(scene, PUMP)
    expect(reasons.map(({ code }) => code)).toEqual(['credential_missing', 'user_name_taken'])
    expect(scene.registry.legacy.find('pump')).toBeUndefined()
  })

  test('alone lets nobody in where every listener asks for a certificate', async () => {
    using scene = await openScene({ mode: 'mtls' })
    expect(await run(scene, PUMP)).toMatchObject({
      reasons: [{ code: 'certificate_missing', detail: expect.stringMatching(/see mqtt.auth and mqtt.plain/) }],
      password: { userName: 'old' },
    })
  })

  test('is good for a device that comes without TLS where it may', async () => {
    const device = { ...PUMP, seen: { encrypted: false } }
    for (const { plainMqtt, codes } of [
      { plainMqtt: true, codes: [] },
      { plainMqtt: false, codes: ['handshake_failed'] },
    ]) {
      using scene = await openScene({ mode: 'token', plainMqtt })
      expect((await run(scene, device)).reasons.map(({ code }) => code)).toEqual(codes)
    }
  })

  test('lets in a device none of whose certificates could', async () => {
    using scene = await openScene()
    const device = { ...PUMP, certificates: [{ pem: '?' }] }
    expect(await run(scene, device, {})).toMatchObject({ action: 'refused', reasons: [{ code: 'chain_invalid' }] })
    expect(await run(scene, device)).toMatchObject({
      action: 'created',
      reasons: [],
      notes: ['The PEM text is no certificate'],
    })
  })
})

describe('the undo of an imported password', () => {
  test('removes it with the device that it came with', async () => {
    using scene = await openScene()
    const report = await run(scene, PUMP)
    expect((await undo(scene, report)).devices).toEqual([{ name: 'pump', action: 'removed' }])
    expect(scene.stores.legacy.find('pump')).toBeUndefined()
    expect(await run(scene, PUMP)).toEqual(report)
  })

  test('takes it from a device that was there, and cuts who is logged in with it', async () => {
    using scene = await openScene()
    scene.registry.devices.create({ deviceId: 'pump' }, true)
    expect((await undo(scene, await run(scene, PUMP))).devices).toEqual([{ name: 'pump', action: 'restored' }])
    expect(scene.stores.legacy.find('pump')).toBeUndefined()
    expect(scene.cuts.at(-1)).toMatchObject({ call: 'cutCredentials', of: ['legacy:pump'] })
  })

  test('puts back the date and the user name that it had', async () => {
    using scene = await openScene()
    scene.registry.devices.create({ deviceId: 'pump' }, true)
    await scene.registry.legacy.put('pump', { ...PASSWORD, userName: 'older', endsAt: inDays(3) })
    const report = await run(scene, PUMP)
    expect(report).toMatchObject({ action: 'updated', notes: [] })
    expect((await undo(scene, report)).devices).toEqual([{ name: 'pump', action: 'restored' }])
    expect(scene.registry.legacy.find('pump')).toMatchObject({ ...PASSWORD, userName: 'older', endsAt: inDays(3) })
  })

  for (const { name, before, days } of [
    { name: 'another hash', before: OTHER, days: 0 },
    { name: 'one that is over by now', before: PASSWORD, days: 4 },
  ]) {
    test(`puts back nothing of ${name}, and says so`, async () => {
      using scene = await openScene()
      scene.registry.devices.create({ deviceId: 'pump' }, true)
      await put(scene, before, inDays(3))
      const report = await run(scene, PUMP)
      scene.advance(days * DAY_MS)
      const detail = expect.stringMatching(/not put back/)
      expect((await undo(scene, report)).devices).toEqual([{ name: 'pump', action: 'restored', detail }])
      expect(scene.registry.legacy.find('pump')).toBeUndefined()
    })
  }

  test('leaves one that was put there since, and a device with a token of its own', async () => {
    using scene = await openScene()
    const report = await run(scene, PUMP)
    scene.advance(1)
    await put(scene, OTHER, UNTIL)
    const kept = [{ name: 'pump', action: 'kept', detail: expect.stringMatching(/token or password since/) }]
    expect((await undo(scene, report)).devices).toEqual(kept)
    expect(scene.registry.legacy.find('pump')).toMatchObject(OTHER)
    await scene.registry.legacy.remove('pump')
    scene.registry.identityTokens.create('device', 'pump')
    expect((await undo(scene, report)).devices).toEqual(kept)
  })
})
