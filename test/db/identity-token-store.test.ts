import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createIdentityTokenStore } from '../../src/db/identity-token-store.ts'
import { createIdentityToken, minutesAfterNoon, NOON } from './records.ts'

for (const id of ['k3', 'constructor', '__proto__']) {
  test(`token ${id} is unknown until it is inserted and then found as it was inserted`, () => {
    using database = openDatabase()
    const store = createIdentityTokenStore(database)
    expect(store.find(id)).toBeUndefined()
    const token = createIdentityToken(id, {
      replacesId: 'k0',
      expiresAt: minutesAfterNoon(1),
      lastUsedAt: minutesAfterNoon(2),
      revokedAt: minutesAfterNoon(3),
    })
    store.insert(token)
    expect(store.find(id)).toStrictEqual(token)
    expect(() => store.insert(token)).toThrow(/UNIQUE/)
  })
}

test('the tokens of one device or service are listed in the order they were made, and deleted together', () => {
  using database = openDatabase()
  const store = createIdentityTokenStore(database)
  const mine = ['b', 'a'].map((id) => createIdentityToken(id))
  const others = [createIdentityToken('c', { kind: 'service' }), createIdentityToken('d', { subjectId: 'd2' })]
  for (const token of [...mine, ...others]) store.insert(token)
  expect(store.listOf('device', 'd1')).toStrictEqual(mine)
  store.deleteOf('device', 'd1')
  expect(store.listOf('device', 'd1')).toEqual([])
  for (const other of others) expect(store.find(other.id)).toStrictEqual(other)
})

test('the first revocation of a token stands, and its last use moves', () => {
  using database = openDatabase()
  const store = createIdentityTokenStore(database)
  const [token, other] = [createIdentityToken('k3'), createIdentityToken('k4')]
  for (const each of [token, other]) store.insert(each)
  for (const at of [NOON, minutesAfterNoon(1)]) {
    store.markRevoked('k3', at)
    store.markUsed('k3', at)
  }
  expect(store.listOf('device', 'd1')).toStrictEqual([
    { ...token, revokedAt: NOON, lastUsedAt: minutesAfterNoon(1) },
    other,
  ])
})
