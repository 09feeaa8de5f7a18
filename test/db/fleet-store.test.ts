import { expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createFleetStore } from '../../src/db/fleet-store.ts'
import { createLegacyCredentialStore } from '../../src/db/legacy-credential-store.ts'
import { createPolicyStore } from '../../src/db/policy-store.ts'
import { createTransaction } from '../../src/db/transaction.ts'
import type { DraftedRow } from '../../src/registry/import/ports.ts'

const NOON = new Date('2026-11-22T12:00:00.000Z')
const HASH = { algorithm: 'bcrypt', digest: '$2b$10$one' } as const
const POLICY = {
  name: 'p',
  rules: [{ effect: 'allow', actions: ['publish'], topicFilter: 'a' }],
  clientId: 'own',
} as const

const PUMP = {
  id: 'Pump',
  userId: 'ann',
  state: 'active',
  policies: ['p'],
  clientIds: ['x', 'y'],
  createdAt: NOON,
} as const
const PASSWORD = { deviceId: 'Pump', userName: 'u', hash: HASH, endsAt: NOON, createdAt: NOON }
const CERTIFICATE = {
  id: 'one',
  kind: 'device',
  subjectId: 'Pump',
  fingerprint: 'AA',
  serialNumber: '01',
  notBefore: NOON,
  notAfter: NOON,
  pem: undefined,
  origin: 'imported',
  createdAt: NOON,
  firstSeenAt: undefined,
  retiresAt: undefined,
  revokedAt: undefined,
  revocationReason: undefined,
} as const

const FLEET: readonly DraftedRow[] = [
  { kind: 'user', userId: 'ann' },
  { kind: 'policy', policy: POLICY },
  { kind: 'device', device: PUMP, isNew: true },
  { kind: 'certificate', certificate: CERTIFICATE, isNew: true },
  { kind: 'password', password: PASSWORD },
]

function keep(database: Database, rows: readonly DraftedRow[]): void {
  using staging = createFleetStore(database).open()
  staging.add(rows)
  createTransaction(database)(() => staging.keep())
}

test('a fleet is nobody’s to see until it is kept, and then as its stores would have written it', () => {
  using database = openDatabase()
  const [devices, certificates] = [createDeviceStore(database), createCertificateStore(database)]
  using staging = createFleetStore(database).open()
  staging.add(FLEET)
  expect(devices.find('pump')).toBeUndefined()
  createTransaction(database)(() => staging.keep())
  expect(devices.find('pump')).toEqual(PUMP)
  expect(devices.findUser('ANN')).toBe('ann')
  expect(certificates.findByFingerprint('AA')).toEqual(CERTIFICATE)
  expect(createPolicyStore(database).find('p')).toEqual(POLICY)
  expect(createLegacyCredentialStore(database).find('Pump')).toEqual(PASSWORD)
})

test('what is known is changed: a device with its names, a certificate, a policy, and passwords that change hands', () => {
  using database = openDatabase()
  const [devices, certificates] = [createDeviceStore(database), createCertificateStore(database)]
  const legacy = createLegacyCredentialStore(database)
  const fan = { ...PUMP, id: 'fan', policies: [], clientIds: [] }
  keep(database, [
    ...FLEET,
    { kind: 'device', device: fan, isNew: true },
    { kind: 'password', password: { ...PASSWORD, deviceId: 'fan', userName: 'v' } },
  ])
  const { pem: _, ...contents } = CERTIFICATE
  keep(database, [
    { kind: 'policy', policy: { ...POLICY, rules: [] } },
    { kind: 'device', device: { ...PUMP, state: 'suspended', policies: [], clientIds: ['y', 'z'] }, isNew: false },
    { kind: 'device', device: { ...fan, clientIds: ['x'] }, isNew: false },
    { kind: 'certificate', certificate: { ...contents, pem: 'PEM', subject: 'CN=Pump' }, isNew: false },
    { kind: 'password', password: { ...PASSWORD, userName: 'v' } },
    { kind: 'password', password: { ...PASSWORD, deviceId: 'fan' } },
  ])
  expect(devices.find('Pump')).toMatchObject({ state: 'suspended', policies: [], clientIds: ['y', 'z'] })
  expect(devices.findByClientId('x')?.id).toBe('fan')
  expect(certificates.findByFingerprint('AA')).toMatchObject({ id: 'one', pem: 'PEM', subject: 'CN=Pump' })
  expect(legacy.findByUserName('u')?.deviceId).toBe('fan')
  expect(legacy.findByUserName('v')?.deviceId).toBe('Pump')
  expect(createPolicyStore(database).find('p')?.rules).toEqual([])
})

test('a fleet that is not kept leaves nothing, and the next one has the tables to itself', () => {
  using database = openDatabase()
  {
    using staging = createFleetStore(database).open()
    staging.add(FLEET)
    const failing = () =>
      createTransaction(database)(() => {
        staging.keep()
        throw new Error('the disk is full')
      })
    expect(failing).toThrow('full')
  }
  expect(createDeviceStore(database).find('pump')).toBeUndefined()
  expect(database.sqlite.prepare('select name from temp.sqlite_master where name like ?').all('fleet%')).toEqual([])
  keep(database, FLEET)
  expect(createDeviceStore(database).find('pump')).toEqual(PUMP)
})

test('a fleet goes from the log into the file with a commit that comes after its own', () => {
  using database = openDatabase()
  const pagesInLog = () => database.sqlite.pragma('wal_autocheckpoint', { simple: true })
  const usual = pagesInLog()
  {
    using staging = createFleetStore(database).open()
    staging.add(FLEET)
    createTransaction(database)(() => staging.keep())
    expect(pagesInLog()).toBe(0)
  }
  expect([pagesInLog(), usual]).toEqual([1000, 1000])
})
