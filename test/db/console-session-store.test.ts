import { expect, test } from 'vitest'
import { createApiTokenStore } from '../../src/db/api-token-store.ts'
import { createConsoleSessionStore } from '../../src/db/console-session-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import type { ConsoleSession } from '../../src/registry/console/console-session.ts'
import { createApiToken, minutesAfterNoon, NOON } from './records.ts'

const BY_LINK: ConsoleSession = {
  id: 's1',
  name: 'eva',
  role: 'operator',
  via: 'link',
  tokenId: undefined,
  secretHash: Buffer.alloc(32, 7),
  createdAt: NOON,
  lastUsedAt: minutesAfterNoon(1),
}
const BY_TOKEN: ConsoleSession = { ...BY_LINK, id: 's0', via: 'token', tokenId: 'k3', createdAt: minutesAfterNoon(-1) }

function open() {
  const database = openDatabase()
  createApiTokenStore(database).insert(createApiToken('k3'))
  const store = createConsoleSessionStore(database)
  for (const session of [BY_LINK, BY_TOKEN]) store.insert(session)
  return { store, [Symbol.dispose]: () => database[Symbol.dispose]() }
}

test('a session is found as it was inserted, and listed in the order they began', () => {
  using place = open()
  const { store } = place
  for (const session of [BY_LINK, BY_TOKEN]) expect(store.find(session.id)).toStrictEqual(session)
  expect(store.find('__proto__')).toBeUndefined()
  expect(store.list()).toStrictEqual([BY_TOKEN, BY_LINK])
})

test('its last use is noted, and it is deleted, alone', () => {
  using place = open()
  const { store } = place
  store.markUsed('s1', minutesAfterNoon(2))
  expect(store.find('s1')?.lastUsedAt).toEqual(minutesAfterNoon(2))
  expect(store.find('s0')).toStrictEqual(BY_TOKEN)
  store.delete('s1')
  expect(store.list()).toStrictEqual([BY_TOKEN])
})
