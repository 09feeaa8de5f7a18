import { beforeEach, describe, expect, test } from 'vitest'
import { createHandOver } from '../../src/app-hand-over.ts'
import { EventFeed } from '../../src/events.ts'
import type { BulkCreation, BulkRow, BulkWishes } from '../../src/registry/bulk-creation.ts'
import type { Claims } from '../../src/registry/claims.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { createScene, DAY_MS, type Scene } from './registry-scene.ts'

const KEYS: BulkWishes = { as: 'keys', onExisting: 'skip', dryRun: false }
const CLAIMS: BulkWishes = { ...KEYS, as: 'claims' }

let scene: Scene
let bulk: BulkCreation
let claims: Claims
beforeEach(async () => {
  scene = await createScene()
  const handOver = createHandOver({ ...scene, issuer: scene.authority, events: new EventFeed() })
  bulk = handOver.bulk
  claims = handOver.claims
  return () => scene[Symbol.dispose]()
})

async function requestOf(commonName: string): Promise<Uint8Array> {
  return Buffer.from((await createSigningRequest(commonName)).csr)
}

describe('a row', () => {
  test('makes key and certificate, once however often it is sent', async () => {
    const row: BulkRow = { deviceId: 'pump', userId: 'ann', validityDays: 3 }
    const outcome = await bulk.create(row, KEYS)
    expect(outcome).toMatchObject({ status: 'issued', issued: { certificate: { subjectId: 'pump' } } })
    const [certificate] = scene.active('pump')
    expect(certificate?.notAfter).toEqual(new Date(scene.clock().getTime() + 3 * DAY_MS))
    expect(await bulk.create(row, KEYS)).toMatchObject({
      status: 'skipped',
      certificate: { fingerprint: certificate?.fingerprint },
      hasKey: false,
    })
    expect(scene.active('pump')).toHaveLength(1)
  })

  test('twice in a table makes one certificate, though both are worked on at once', async () => {
    const outcomes = await Promise.all([
      bulk.create({ deviceId: 'pump' }, KEYS),
      bulk.create({ deviceId: 'pump' }, KEYS),
    ])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['issued', 'skipped'])
    expect(scene.active('pump')).toHaveLength(1)
  })

  test('with a request certifies its key, and is told the certificate again', async () => {
    const row = { deviceId: 'pump', request: await requestOf('pump'), keyAlgorithm: 'ec-p256' } as const
    const first = await bulk.create(row, KEYS)
    if (first.status !== 'certified') throw new Error(first.status)
    const { pem } = first.certified.certificate
    expect(await bulk.create(row, KEYS)).toMatchObject({ status: 'skipped', certificate: { pem }, hasKey: true })
  })

  test('makes a claim, which is left alone while it is open, and replaced when that is wished', async () => {
    const expiresAt = new Date(scene.clock().getTime() + DAY_MS)
    const outcome = await bulk.create({ deviceId: 'pump' }, { ...CLAIMS, expiresAt })
    if (outcome.status !== 'claimable') throw new Error(outcome.status)
    expect(outcome.made.claim.expiresAt).toEqual(expiresAt)
    expect(await bulk.create({ deviceId: 'pump' }, CLAIMS)).toMatchObject({ status: 'skipped', certificate: undefined })
    expect(claims.find('pump')?.claim.id).toBe(outcome.made.claim.id)
    await bulk.create({ deviceId: 'pump' }, { ...CLAIMS, onExisting: 'rotate' })
    expect(claims.find('pump')?.claim.id).not.toBe(outcome.made.claim.id)
  })

  test('of claims has no request', async () => {
    const row = { deviceId: 'pump', request: await requestOf('pump') }
    await expect(bulk.create(row, CLAIMS)).rejects.toMatchObject({ code: 'bad_request' })
    expect(scene.stores.devices.find('pump')).toBeUndefined()
  })

  test('may rotate, or fail, where the device has a certificate', async () => {
    await bulk.create({ deviceId: 'pump' }, KEYS)
    await bulk.create({ deviceId: 'pump' }, { ...KEYS, onExisting: 'rotate' })
    expect(scene.active('pump')).toHaveLength(2)
    const failing = bulk.create({ deviceId: 'pump' }, { ...KEYS, onExisting: 'fail' })
    await expect(failing).rejects.toMatchObject({ code: 'certificate_exists' })
  })

  for (const { name, row, code } of [
    {
      name: 'of another owner’s device',
      row: { deviceId: 'taken', userId: 'bob' },
      code: 'device_owned_by_another_user',
    },
    { name: 'whose id differs only in case', row: { deviceId: 'TAKEN' }, code: 'case_conflict' },
    { name: 'with a request that is none', row: { deviceId: 'pump', request: Buffer.from('x') }, code: 'csr_invalid' },
  ]) {
    for (const dryRun of [true, false]) {
      test(`${name} is refused${dryRun ? ' in a dry run too' : ''}`, async () => {
        scene.registry.devices.create({ deviceId: 'taken', userId: 'ann' }, true)
        await expect(bulk.create(row, { ...KEYS, dryRun })).rejects.toMatchObject({ code })
        expect(scene.stores.devices.find('pump')).toBeUndefined()
      })
    }
  }
})

describe('a dry run', () => {
  test('keeps nothing, and tells who has a certificate already', async () => {
    const dry = { ...KEYS, dryRun: true }
    expect(await bulk.create({ deviceId: 'pump' }, dry)).toEqual({ status: 'possible' })
    expect(await bulk.create({ deviceId: 'fan', request: await requestOf('fan') }, dry)).toEqual({ status: 'possible' })
    expect(await bulk.create({ deviceId: 'lamp' }, { ...CLAIMS, dryRun: true })).toEqual({ status: 'possible' })
    expect(scene.stores.devices.list({ limit: 10 }).items).toEqual([])
    await bulk.create({ deviceId: 'pump' }, KEYS)
    expect(await bulk.create({ deviceId: 'pump' }, dry)).toMatchObject({ status: 'skipped' })
    const failing = bulk.create({ deviceId: 'pump' }, { ...dry, onExisting: 'fail' })
    await expect(failing).rejects.toMatchObject({ code: 'certificate_exists' })
  })
})
