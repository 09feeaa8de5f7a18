import { expect, test } from 'vitest'
import { createApiTokenStore } from '../../src/db/api-token-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createApiToken, minutesAfterNoon, NOON } from './records.ts'

for (const id of ['k3', 'constructor', '__proto__']) {
  test(`token ${id} is unknown until it is inserted and then found as it was inserted`, () => {
    using database = openDatabase()
    const store = createApiTokenStore(database)
    expect(store.find(id)).toBeUndefined()
    const token = createApiToken(id, {
      expiresAt: minutesAfterNoon(1),
      lastUsedAt: minutesAfterNoon(2),
      revokedAt: minutesAfterNoon(3),
    })
    store.insert(token)
    expect(store.find(id)).toStrictEqual(token)
    expect(store.find(id.toUpperCase())).toBeUndefined()
  })
}

test('a token is not inserted beside one of the same id', () => {
  using database = openDatabase()
  const store = createApiTokenStore(database)
  const token = createApiToken('k3')
  store.insert(token)
  expect(() => store.insert(createApiToken('k3', { role: 'admin' }))).toThrow(/UNIQUE/)
  expect(store.list()).toStrictEqual([token])
})

test('tokens are listed in the order they were made', () => {
  using database = openDatabase()
  const store = createApiTokenStore(database)
  const [late, b, a] = [
    createApiToken('late', { createdAt: minutesAfterNoon(1) }),
    createApiToken('b'),
    createApiToken('a'),
  ]
  for (const token of [late, b, a]) store.insert(token)
  expect(store.list()).toStrictEqual([b, a, late])
})

test('the first revocation of a token stands, and its last use moves', () => {
  using database = openDatabase()
  const store = createApiTokenStore(database)
  const [token, other] = [createApiToken('k3'), createApiToken('k4')]
  for (const each of [token, other]) store.insert(each)
  for (const at of [NOON, minutesAfterNoon(1)]) {
    store.markRevoked('k3', at)
    store.markUsed('k3', at)
  }
  expect(store.list()).toStrictEqual([{ ...token, revokedAt: NOON, lastUsedAt: minutesAfterNoon(1) }, other])
})
