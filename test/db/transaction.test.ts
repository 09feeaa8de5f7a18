import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createPolicyStore } from '../../src/db/policy-store.ts'
import { createTransaction } from '../../src/db/transaction.ts'
import { DEVICE_POLICY } from '../../src/registry/policy.ts'

function createParts(database: ReturnType<typeof openDatabase>) {
  const store = createPolicyStore(database)
  return {
    transaction: createTransaction(database),
    save: (name: string) => store.save({ ...DEVICE_POLICY, name }),
    saved: () => store.list().map(({ name }) => name),
  }
}

test('a transaction hands on what the work returns and keeps what it did', () => {
  using database = openDatabase()
  const { transaction, save, saved } = createParts(database)
  const result = transaction(() => {
    save('a')
    return 42
  })
  expect(result).toBe(42)
  expect(saved()).toStrictEqual(['a'])
})

test('a transaction that throws keeps nothing, and the error comes through as it is', () => {
  using database = openDatabase()
  const { transaction, save, saved } = createParts(database)
  const error = new Error('no')
  expect(() =>
    transaction(() => {
      save('a')
      transaction(() => save('b'))
      throw error
    }),
  ).toThrow(error)
  expect(saved()).toStrictEqual([])
  expect(database.sqlite.inTransaction).toBe(false)
})

test('a nested transaction that throws undoes itself alone when the outer one goes on', () => {
  using database = openDatabase()
  const { transaction, save, saved } = createParts(database)
  transaction(() => {
    save('a')
    expect(() =>
      transaction(() => {
        save('b')
        throw new Error('no')
      }),
    ).toThrow('no')
    save('c')
  })
  expect(saved()).toStrictEqual(['a', 'c'])
})

test('work that returns a promise is refused and undone: a transaction is one tick', () => {
  using database = openDatabase()
  const { transaction, save, saved } = createParts(database)
  expect(() => transaction(async () => save('a'))).toThrow(TypeError)
  expect(saved()).toStrictEqual([])
})
