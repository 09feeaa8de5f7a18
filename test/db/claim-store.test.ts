import { expect, test } from 'vitest'
import { createClaimStore } from '../../src/db/claim-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import type { Claim } from '../../src/registry/claim.ts'
import { createDevice, minutesAfterNoon, NOON } from './records.ts'

function createClaim(id: string, deviceId: string): Claim {
  const wishes = { validityDays: 30, onExisting: 'replace' } as const
  const [secretHash, expiresAt] = [Buffer.from(`hash of ${id}`), minutesAfterNoon(60)]
  return { id, deviceId, secretHash, wishes, createdAt: NOON, expiresAt, usedAt: undefined }
}

function openStores() {
  const database = openDatabase()
  const devices = createDeviceStore(database)
  devices.save(createDevice('pump'))
  return { database, devices, claims: createClaimStore(database) }
}

test('a claim is found as it was saved, by its id and by its device', () => {
  const { database, claims } = openStores()
  using _close = database
  const claim = createClaim('a', 'pump')
  claims.save(claim)
  expect([claims.find('a'), claims.findOf('pump')]).toEqual([claim, claim])
  expect([claims.find('b'), claims.findOf('fan')]).toEqual([undefined, undefined])
})

test('a device has one claim: the one saved last', () => {
  const { database, claims } = openStores()
  using _close = database
  claims.save(createClaim('a', 'pump'))
  claims.markUsed('a', NOON)
  claims.save(createClaim('b', 'pump'))
  expect([claims.find('a'), claims.findOf('pump')]).toEqual([undefined, createClaim('b', 'pump')])
})

test('the first use stands', () => {
  const { database, claims } = openStores()
  using _close = database
  claims.save(createClaim('a', 'pump'))
  claims.markUsed('a', NOON)
  claims.markUsed('a', minutesAfterNoon(1))
  expect(claims.find('a')?.usedAt).toEqual(NOON)
})

test('a claim goes with its device, and stays when the device is saved again', () => {
  const { database, devices, claims } = openStores()
  using _close = database
  claims.save(createClaim('a', 'pump'))
  devices.save(createDevice('pump', { state: 'suspended' }))
  expect(claims.findOf('pump')).toBeDefined()
  devices.delete('pump')
  expect(claims.find('a')).toBeUndefined()
  expect(() => claims.save(createClaim('b', 'pump'))).toThrow(/FOREIGN KEY/)
})

test('the claim of a device is deleted by the name of the device', () => {
  const { database, claims } = openStores()
  using _close = database
  claims.save(createClaim('a', 'pump'))
  claims.deleteOf('fan')
  expect(claims.find('a')).toBeDefined()
  claims.deleteOf('pump')
  expect(claims.find('a')).toBeUndefined()
})
