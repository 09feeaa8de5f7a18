import { describe, expect, test } from 'vitest'
import type { ImportedDevice, ImportReport } from '../../../src/registry/import/import-request.ts'
import { createForeignCa } from '../../support/certificate-maker.ts'
import { countEventLoopTurns } from '../../support/event-loop-turns.ts'
import { createScene, DAY_MS, peerOf, type Scene } from '../registry-scene.ts'

const RULES = [{ effect: 'allow', actions: ['publish'], topicFilter: 'fleet/{device}/#' }] as const

async function made(scene: Scene, id: string, validityDays?: number) {
  const options = validityDays === undefined ? {} : { validitySeconds: validityDays * 86_400 }
  const { certificatePem: pem, fingerprint } = await scene.authority.issueDevice(id, 'nobody', options)
  return { pem, fingerprint }
}

async function run(
  scene: Scene,
  devices: readonly ImportedDevice[],
  { dryRun = false, policies = [] as ImportReport['policies'][number]['before'][] } = {},
): Promise<ImportReport> {
  return scene.registry.imports.run({ policies: policies.flatMap((policy) => policy ?? []), devices }, dryRun)
}

function judged({ registry }: Scene, pem: string): string {
  const admission = registry.admissions.admit(peerOf(pem))
  return admission.admitted ? 'admitted' : admission.cause
}

describe('a device that moves in', () => {
  test('is registered by the fingerprint alone, and its certificate is completed by its first connection', async () => {
    using scene = await createScene()
    const { pem, fingerprint } = await made(scene, 'pump')
    const { devices } = await run(scene, [
      {
        deviceId: 'pump',
        userId: 'ann',
        certificates: [{ fingerprint: fingerprint.replaceAll(':', '').toLowerCase() }],
      },
    ])
    expect(devices).toEqual([
      { deviceId: 'pump', action: 'created', reasons: [], notes: [], registered: [fingerprint] },
    ])
    const unseen = scene.stores.certificates.findByFingerprint(fingerprint)
    expect(unseen).toMatchObject({ origin: 'imported', serialNumber: undefined, notAfter: undefined, pem: undefined })
    expect(scene.registry.certificates.validate(fingerprint).valid).toBe(true)

    const admission = scene.registry.admissions.admit(peerOf(pem))
    if (!admission.admitted) throw new Error(admission.cause)
    const { identity, certificate } = admission
    scene.registry.noteConnection({ identity, certificate, credentials: [certificate.fingerprint] })
    await scene.settle()
    const { certificate: shown } = peerOf(pem)
    expect(scene.stores.certificates.findByFingerprint(fingerprint)).toMatchObject({
      serialNumber: shown?.serialNumber,
      notAfter: shown?.notAfter,
      subject: 'CN=pump',
      firstSeenAt: scene.clock(),
    })
  })

  test('is refused by the dates of a certificate that nobody had seen when it was registered', async () => {
    using scene = await createScene()
    const { pem, fingerprint } = await made(scene, 'pump', 1)
    await run(scene, [{ deviceId: 'pump', certificates: [{ fingerprint }] }])
    scene.advance(2 * DAY_MS)
    expect(judged(scene, pem)).toBe('certificate_expired')
  })

  test('is completed by its certificate when that comes later', async () => {
    using scene = await createScene()
    const { pem, fingerprint } = await made(scene, 'pump')
    await run(scene, [{ deviceId: 'pump', certificates: [{ fingerprint }] }])
    const { devices } = await run(scene, [{ deviceId: 'pump', certificates: [{ pem }] }])
    expect(devices).toMatchObject([{ action: 'updated', registered: [] }])
    expect(scene.stores.certificates.findByFingerprint(fingerprint)?.pem).toBe(pem)
  })

  test('changes nothing when it moves in again', async () => {
    using scene = await createScene()
    const { pem } = await made(scene, 'pump')
    const device = { deviceId: 'pump', userId: 'ann', clientIds: ['old-7', 'pump:1'], certificates: [{ pem }] }
    expect((await run(scene, [device])).devices).toMatchObject([
      { action: 'created', reasons: [], notes: ['Client id old-7 is recorded for it'] },
    ])
    expect(scene.registry.devices.get('pump').clientIds).toEqual(['old-7'])
    expect((await run(scene, [device])).devices).toMatchObject([{ action: 'unchanged', reasons: [], notes: [] }])
  })

  test('keeps a certificate that lets it in, and is told of the others', async () => {
    using scene = await createScene()
    const expired = await made(scene, 'pump', 1)
    scene.advance(2 * DAY_MS)
    const current = await made(scene, 'pump')
    const { devices } = await run(scene, [{ deviceId: 'pump', certificates: [current, expired] }])
    expect(devices).toMatchObject([{ reasons: [], notes: [expect.stringMatching(/^Certificate .* from .* to /)] }])
    expect(scene.stores.certificates.listOf('device', 'pump').map(({ fingerprint }) => fingerprint)).toEqual([
      current.fingerprint,
      expired.fingerprint,
    ])
  })

  test('gets its policies, which move in first', async () => {
    using scene = await createScene()
    const { pem } = await made(scene, 'pump')
    const policy = { name: 'sensors', rules: RULES, clientId: 'own' } as const
    const wrong = { name: 'wrong', rules: [{ ...RULES[0], topicFilter: '#/a' }], clientId: 'own' } as const
    const devices = [{ deviceId: 'pump', policies: ['sensors'], certificates: [{ pem }] }]
    const report = await run(scene, devices, { policies: [policy, wrong] })
    expect(report.policies).toMatchObject([
      { name: 'sensors', action: 'created' },
      { name: 'wrong', action: 'refused', reasons: [{ code: 'invalid_policy' }] },
    ])
    expect(scene.registry.devices.get('pump').policies).toEqual(['sensors'])
    const again = await run(scene, devices, { policies: [policy] })
    expect(again).toMatchObject({ policies: [{ action: 'unchanged' }], devices: [{ action: 'unchanged' }] })
  })

  test('is banned no longer once a certificate of it has come', async () => {
    using scene = await createScene()
    const devices = [{ deviceId: 'pump', certificates: [await made(scene, 'pump')] }, { deviceId: 'fan' }]
    await run(scene, devices, { dryRun: true })
    expect(scene.lifted).toEqual([])
    await run(scene, devices)
    await run(scene, devices)
    expect(scene.lifted).toEqual(['device pump'])
  })

  test('is let in by an approval when its certificate waited for one', async () => {
    using scene = await createScene({ unknownCertificates: { mode: 'pending', owner: 'default' } })
    const { pem } = await made(scene, 'pump')
    expect(judged(scene, pem)).toBe('certificate_pending')
    expect((await run(scene, [{ deviceId: 'pump', certificates: [{ pem }] }])).devices).toMatchObject([{ reasons: [] }])
    expect(judged(scene, pem)).toBe('admitted')
  })
})

describe('a dry run', () => {
  test('reports what the import does, word for word, and keeps nothing of it', async () => {
    using scene = await createScene()
    await scene.registry.certificates.issueToDevice({ deviceId: 'old' })
    const { pem } = await made(scene, 'pump')
    const devices: ImportedDevice[] = [
      { deviceId: 'pump', policies: ['p'], clientIds: ['x'], certificates: [{ pem }] },
      { deviceId: 'old', state: 'suspended' },
      { deviceId: 'a b' },
    ]
    const policies = [{ name: 'p', rules: RULES, clientId: 'own' }] as const
    const rehearsed = await run(scene, devices, { dryRun: true, policies: [...policies] })
    expect(scene.stores.devices.find('pump')).toBeUndefined()
    expect(scene.stores.policies.list()).toEqual([])
    expect(scene.registry.devices.get('old').state).toBe('active')
    expect(scene.cuts).toEqual([])
    const done = await run(scene, devices, { policies: [...policies] })
    expect(rehearsed).toEqual({ ...done, applied: false })
    expect(done).toMatchObject({ applied: true, devices: [{}, { reasons: [{ code: 'identity_suspended' }] }, {}] })
    expect(scene.cuts).toMatchObject([{ call: 'cutIdentity', of: ['device', 'old'], admissible: 0 }])
  })

  test('fails with the registry, and not as if the device were at fault', async () => {
    using scene = await createScene()
    scene.database[Symbol.dispose]()
    await expect(run(scene, [{ deviceId: 'pump' }], { dryRun: true })).rejects.toThrow(/not open/)
  })

  test('is answered where nothing can be written, and the import leaves nothing there', async () => {
    using scene = await createScene()
    scene.failCommits()
    await expect(run(scene, [{ deviceId: 'pump' }])).rejects.toThrow(/full/)
    expect(scene.stores.devices.find('pump')).toBeUndefined()
    expect(await run(scene, [{ deviceId: 'pump' }], { dryRun: true })).toMatchObject({
      devices: [{ action: 'created' }],
    })
  })
})

interface Refused {
  readonly code: string
  readonly who: string
  readonly action?: string
  readonly mend?: RegExp
  readonly device: (scene: Scene) => Promise<ImportedDevice> | ImportedDevice
}

const REFUSED: readonly Refused[] = [
  {
    code: 'invalid_id',
    who: 'a name that is no id',
    mend: /^Sensor-7 would be an id/,
    device: () => ({ deviceId: ' Sensor 7!' }),
  },
  { code: 'invalid_id', who: 'a name without a letter', mend: /Correct the entry/, device: () => ({ deviceId: '?' }) },
  {
    code: 'case_conflict',
    who: 'an id that differs from another only in case',
    device: ({ registry }) => {
      registry.devices.create({ deviceId: 'PUMP' }, true)
      return { deviceId: 'pump' }
    },
  },
  {
    code: 'device_owned_by_another_user',
    who: 'a device of somebody else',
    device: ({ registry }) => {
      registry.devices.create({ deviceId: 'pump', userId: 'ann' }, true)
      return { deviceId: 'pump', userId: 'ben' }
    },
  },
  {
    code: 'policy_not_found',
    who: 'a device with a policy that nobody has',
    device: () => ({ deviceId: 'pump', policies: ['none'] }),
  },
  {
    code: 'certificate_exists',
    who: 'the fingerprint of another device',
    device: async ({ registry }) => {
      const { certificate } = await registry.certificates.issueToDevice({ deviceId: 'other' })
      return { deviceId: 'pump', certificates: [{ fingerprint: certificate.fingerprint }] }
    },
  },
  {
    code: 'common_name_wrong',
    who: 'a certificate of another name',
    device: async (scene) => ({ deviceId: 'pump', certificates: [await made(scene, 'fan')] }),
  },
  {
    code: 'issuer_unknown',
    who: 'a certificate of another CA',
    device: async () => {
      const ca = await createForeignCa('CN=Elsewhere')
      return { deviceId: 'pump', certificates: [{ pem: (await ca.make({ commonNames: ['pump'] })).cert }] }
    },
  },
  { code: 'chain_invalid', who: 'no certificate', device: () => ({ deviceId: 'pump', certificates: [{ pem: '?' }] }) },
  {
    code: 'invalid_fingerprint',
    who: 'a SHA-1',
    mend: /openssl x509/,
    device: () => ({ deviceId: 'pump', certificates: [{ fingerprint: 'ab'.repeat(20) }] }),
  },
  {
    code: 'invalid_fingerprint',
    who: 'a fingerprint of another certificate',
    device: async (scene) => ({
      deviceId: 'pump',
      certificates: [{ ...(await made(scene, 'pump')), fingerprint: 'ab'.repeat(32) }],
    }),
  },
  {
    code: 'certificate_missing',
    who: 'an empty entry for a certificate',
    device: () => ({ deviceId: 'pump', certificates: [{}] }),
  },
  {
    code: 'certificate_missing',
    who: 'a device that has none, here or there',
    action: 'created',
    device: () => ({ deviceId: 'pump' }),
  },
  {
    code: 'certificate_expired',
    who: 'a certificate of the past',
    action: 'created',
    device: async (scene) => {
      const certificate = await made(scene, 'pump', 1)
      scene.advance(2 * DAY_MS)
      return { deviceId: 'pump', certificates: [certificate] }
    },
  },
  {
    code: 'certificate_not_yet_valid',
    who: 'a certificate of the future',
    action: 'created',
    device: async (scene) => {
      const certificate = await made(scene, 'pump')
      scene.advance(-DAY_MS)
      return { deviceId: 'pump', certificates: [certificate] }
    },
  },
  {
    code: 'certificate_revoked',
    who: 'a certificate that was revoked here',
    action: 'unchanged',
    device: async ({ registry }) => {
      const { certificate } = await registry.certificates.issueToDevice({ deviceId: 'pump' })
      await registry.certificates.revokeDevice('pump', 'keyCompromise')
      return { deviceId: 'pump', certificates: [{ fingerprint: certificate.fingerprint }] }
    },
  },
  {
    code: 'client_id_wrong',
    who: "another device's client id",
    action: 'created',
    device: async (scene) => {
      scene.registry.devices.create({ deviceId: 'other', clientIds: ['x'] }, true)
      return { deviceId: 'pump', clientIds: ['x'], certificates: [await made(scene, 'pump')] }
    },
  },
  {
    code: 'protocol_version_unsupported',
    who: 'MQTT 5',
    action: 'created',
    device: async (scene) => ({
      deviceId: 'pump',
      certificates: [await made(scene, 'pump')],
      seen: { protocolVersion: 5, listener: 'ssl:default', encrypted: true },
    }),
  },
  {
    code: 'handshake_failed',
    who: 'a plain connection',
    action: 'created',
    device: async (scene) => ({
      deviceId: 'pump',
      certificates: [await made(scene, 'pump')],
      seen: { protocolVersion: 4, listener: 'tcp:default', encrypted: false },
    }),
  },
]

describe('is told to be refused:', () => {
  for (const { code, who, action = 'refused', mend = /./, device } of REFUSED) {
    test(`${code}: ${who}`, async () => {
      using scene = await createScene()
      const imported = await device(scene)
      const before = scene.stores.devices.find('pump')
      const { devices } = await run(scene, [imported])
      expect(devices).toMatchObject([{ action, reasons: [{ code, mend: expect.stringMatching(mend) }] }])
      if (action === 'refused') expect(scene.stores.devices.find('pump')).toEqual(before)
    })
  }
})

describe('an import that is undone', () => {
  test('leaves nothing behind, and can be made again', async () => {
    using scene = await createScene()
    scene.registry.devices.create({ deviceId: 'old', clientIds: ['first'] }, true)
    const [pump, old] = [await made(scene, 'pump'), await made(scene, 'old')]
    const devices = [
      { deviceId: 'pump', policies: ['p'], certificates: [{ pem: pump.pem }] },
      { deviceId: 'old', clientIds: ['second'], certificates: [{ pem: old.pem }] },
      { deviceId: 'a b' },
    ]
    const policies = [{ name: 'p', rules: RULES, clientId: 'own' }] as const
    const report = await run(scene, devices, { policies: [...policies] })
    expect(await scene.registry.imports.undo(report)).toEqual({
      devices: [
        { name: 'pump', action: 'removed' },
        { name: 'old', action: 'restored' },
      ],
      policies: [{ name: 'p', action: 'removed' }],
    })
    expect(scene.stores.devices.find('pump')).toBeUndefined()
    expect(scene.registry.devices.get('old').clientIds).toEqual(['first'])
    for (const { pem } of [pump, old]) expect(judged(scene, pem)).toBe('certificate_unknown')
    expect(scene.cuts).toEqual([
      { call: 'forgetIdentity', of: ['device', 'pump', 'default'], admissible: 0 },
      // Whom its certificate let in, and then whoever uses the client id that it loses.
      { call: 'cutIdentity', of: ['device', 'old'], admissible: 1 },
      { call: 'cutIdentity', of: ['device', 'old'], admissible: 1 },
    ])
    // One that broke off is asked for again, and has nothing to complain of.
    expect(await scene.registry.imports.undo(report)).toEqual({
      devices: [
        { name: 'pump', action: 'removed' },
        { name: 'old', action: 'restored' },
      ],
      policies: [{ name: 'p', action: 'removed' }],
    })
    expect(await run(scene, devices, { policies: [...policies] })).toEqual(report)
  })

  test('leaves what was issued or revoked since, and says so', async () => {
    using scene = await createScene()
    const [pump, fan] = [await made(scene, 'pump'), await made(scene, 'fan')]
    const policy = { name: 'p', rules: RULES, clientId: 'own' } as const
    const report = await run(
      scene,
      [
        { deviceId: 'pump', policies: ['p'], certificates: [pump] },
        { deviceId: 'fan', certificates: [fan] },
        { deviceId: 'gone', certificates: [await made(scene, 'gone')] },
      ],
      { policies: [policy] },
    )
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    await scene.registry.certificates.revokeDevice('fan', 'keyCompromise')
    await scene.registry.devices.remove('gone')
    expect(await scene.registry.imports.undo(report)).toMatchObject({
      devices: [
        { name: 'pump', action: 'kept', detail: expect.stringMatching(/since/) },
        { name: 'fan', action: 'removed' },
        { name: 'gone', action: 'removed' },
      ],
      policies: [{ name: 'p', action: 'kept' }],
    })
    expect(judged(scene, fan.pem)).toBe('certificate_revoked')
  })

  test('is undone a part of a fleet a turn of the event loop, and cuts each part in its tick', async () => {
    using scene = await createScene()
    const fleet = Array.from({ length: 120 }, (_, number) => `device-${number}`)
    const report = await run(
      scene,
      fleet.map((deviceId, number) => ({
        deviceId,
        certificates: [{ fingerprint: number.toString(16).padStart(64, '0') }],
      })),
    )
    using turns = countEventLoopTurns()
    const { devices } = await scene.registry.imports.undo(report)
    expect(turns.passed).toBeGreaterThanOrEqual(2)
    expect(devices).toEqual(fleet.map((name) => ({ name, action: 'removed' })))
    expect(scene.cuts.map(({ call, of, admissible }) => [call, of[1], admissible])).toEqual(
      fleet.map((id) => ['forgetIdentity', id, 0]),
    )
    expect(await scene.registry.imports.undo(report)).toEqual({ devices, policies: [] })
  })

  test('puts a policy back as it was', async () => {
    using scene = await createScene()
    const before = { name: 'p', rules: RULES, clientId: 'own' } as const
    scene.registry.policies.put(before)
    const report = await run(scene, [], { policies: [{ ...before, rules: [] }] })
    expect((await scene.registry.imports.undo(report)).policies).toEqual([{ name: 'p', action: 'restored' }])
    expect(scene.registry.policies.get('p')).toEqual(before)
  })
})
