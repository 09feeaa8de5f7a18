import { expect, test } from 'vitest'
import { createDraft } from '../../../src/registry/import/draft.ts'
import { type DraftedStores, draftStores } from '../../../src/registry/import/drafted-stores.ts'
import type { RowKind } from '../../../src/registry/import/ports.ts'
import { createScene, NOON, type Scene } from '../registry-scene.ts'

const HASH = { algorithm: 'bcrypt', digest: '$2b$10$one' } as const

function open({ stores, registry: { identityTokens } }: Scene, draft = createDraft()): DraftedStores {
  return draftStores({ ...stores, identityTokens }, draft)
}

function device(id: string, clientIds: readonly string[] = [], userId = 'ann') {
  return { id, userId, state: 'active', policies: [], clientIds, createdAt: NOON } as const
}

function password(deviceId: string, userName: string) {
  return { deviceId, userName, hash: HASH, endsAt: NOON, createdAt: NOON }
}

function certificate(subjectId: string, fingerprint: string) {
  const unknown = { serialNumber: undefined, notBefore: undefined, notAfter: undefined, pem: undefined }
  const unmarked = { firstSeenAt: undefined, retiresAt: undefined, revokedAt: undefined, revocationReason: undefined }
  return { id: fingerprint, kind: 'device', subjectId, fingerprint, createdAt: NOON, ...unknown, ...unmarked } as const
}

test('a drafted device is found by its id and its client ids, and by nobody else', async () => {
  using scene = await createScene()
  const drafted = open(scene)
  drafted.devices.save(device('Pump', ['old-7']))
  expect(drafted.devices.find('pump')?.id).toBe('Pump')
  expect(drafted.devices.findByClientId('old-7')?.id).toBe('Pump')
  expect(scene.stores.devices.find('pump')).toBeUndefined()
})

test('a device that the registry has is the drafted one from then on', async () => {
  using scene = await createScene()
  scene.stores.devices.save(device('pump', ['old-7']))
  const drafted = open(scene)
  drafted.devices.save({ ...device('pump', ['old-7']), state: 'suspended' })
  expect(drafted.devices.findByClientId('old-7')?.state).toBe('suspended')
  expect([...drafted.rows()]).toMatchObject([{ kind: 'device', isNew: false }])
})

test('two users that differ only in case are none, drafted or registered', async () => {
  using scene = await createScene()
  scene.stores.devices.save(device('old', [], 'Ann'))
  const drafted = open(scene)
  expect(() => drafted.devices.save(device('pump', [], 'ann'))).toThrow(/differs from it only in case/)
  drafted.devices.save(device('pump', [], 'ben'))
  expect(() => drafted.devices.save(device('fan', [], 'Ben'))).toThrow(/differs from it only in case/)
})

test('a user name that a drafted device has given up is free, and its new one is not', async () => {
  using scene = await createScene()
  for (const id of ['pump', 'fan']) scene.stores.devices.save(device(id))
  scene.stores.legacy.save(password('pump', 'one'))
  const { legacy } = open(scene)
  legacy.save(password('pump', 'two'))
  expect(legacy.findByUserName('one')).toBeUndefined()
  expect(legacy.findByUserName('two')?.deviceId).toBe('pump')
  legacy.save(password('fan', 'one'))
  expect(legacy.findByUserName('one')?.deviceId).toBe('fan')
})

test("a device's drafted certificates are its newest", async () => {
  using scene = await createScene()
  scene.stores.devices.save(device('pump'))
  scene.stores.certificates.insert(certificate('pump', 'A'))
  const { certificates } = open(scene)
  certificates.insert(certificate('pump', 'B'))
  certificates.insert(certificate('pump', 'C'))
  certificates.complete('A', { serialNumber: '01', notBefore: NOON, notAfter: NOON })
  const names = certificates
    .listOf('device', 'pump')
    .map(({ fingerprint, serialNumber }) => [fingerprint, serialNumber])
  expect(names).toEqual([
    ['C', undefined],
    ['B', undefined],
    ['A', '01'],
  ])
})

test('all that is asked for is noted by the name under which a change of it would be told', async () => {
  using scene = await createScene()
  for (const [kind, name, ask] of [
    ['user', 'ann', ({ devices }) => devices.save(device('Pump', [], 'Ann'))],
    ['device', 'pump', ({ devices }) => devices.find('Pump')],
    ['client id', 'X', ({ devices }) => devices.findByClientId('X')],
    ['service', 'gate', ({ services }) => services.find('Gate')],
    ['policy', 'p', ({ policies }) => policies.find('p')],
    ['certificate', 'AA', ({ certificates }) => certificates.findByFingerprint('AA')],
    ['certificates of device', 'Pump', ({ certificates }) => certificates.listOf('device', 'Pump')],
    ['password of device', 'Pump', ({ legacy }) => legacy.find('Pump')],
    ['user name', 'U', ({ legacy }) => legacy.findByUserName('U')],
    ['tokens of device', 'Pump', ({ identityTokens }) => identityTokens.activeOf('device', 'Pump')],
  ] as const satisfies readonly (readonly [RowKind, string, (stores: DraftedStores) => unknown])[]) {
    const draft = createDraft()
    ask(open(scene, draft))
    expect([draft.hasRead(kind, name), draft.hasRead(kind, 'another')], kind).toEqual([true, false])
  }
})
