import { expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createLegacyCredentialStore } from '../../src/db/legacy-credential-store.ts'
import { createDevice, createLegacyCredential, minutesAfterNoon, NOON } from './records.ts'

test('an imported password is found by its device and by its user name, as it was saved', () => {
  using database = openDatabase()
  const store = createStoreOf(database, 'd1')
  expect(store.find('d1')).toBeUndefined()
  const credential = createLegacyCredential('d1', {
    userName: 'old name',
    hash: { algorithm: 'pbkdf2', digest: 'AA==', salt: 'AQ==', iterations: 101, macFunction: 'sha512' },
  })
  store.save(credential)
  expect(store.find('d1')).toStrictEqual(credential)
  expect(store.findByUserName('old name')).toStrictEqual(credential)
  expect(store.findByUserName('OLD NAME')).toBeUndefined()
})

test('one that is saved again takes the place of the one before', () => {
  using database = openDatabase()
  const store = createStoreOf(database, 'd1')
  store.save(createLegacyCredential('d1', { userName: 'before' }))
  const after = createLegacyCredential('d1', { userName: 'after', endsAt: minutesAfterNoon(20) })
  store.save(after)
  expect(store.find('d1')).toStrictEqual(after)
  expect(store.findByUserName('before')).toBeUndefined()
})

test('a user name is of one device', () => {
  using database = openDatabase()
  const store = createStoreOf(database, 'd1', 'd2')
  store.save(createLegacyCredential('d1', { userName: 'shared' }))
  expect(() => store.save(createLegacyCredential('d2', { userName: 'shared' }))).toThrow(/UNIQUE/)
})

test('one goes when it is deleted, or with its device', () => {
  using database = openDatabase()
  const store = createStoreOf(database, 'd1', 'd2')
  for (const id of ['d1', 'd2']) store.save(createLegacyCredential(id))
  store.delete('d1')
  createDeviceStore(database).delete('d2')
  for (const id of ['d1', 'd2']) expect(store.find(id)).toBeUndefined()
})

test('those that end in a period are listed, soonest first', () => {
  using database = openDatabase()
  const store = createStoreOf(database, 'd1', 'd2', 'd3', 'd4')
  for (const [id, minutes] of [
    ['d1', 3],
    ['d2', 2],
    ['d3', 0],
    ['d4', 4],
  ] as const)
    store.save(createLegacyCredential(id, { endsAt: minutesAfterNoon(minutes) }))
  expect(store.listEnding(NOON, minutesAfterNoon(3)).map(({ deviceId }) => deviceId)).toEqual(['d2', 'd1'])
})

function createStoreOf(database: Database, ...ids: readonly string[]) {
  const devices = createDeviceStore(database)
  for (const id of ids) devices.save(createDevice(id))
  return createLegacyCredentialStore(database)
}
