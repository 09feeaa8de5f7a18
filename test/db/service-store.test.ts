import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createServiceStore } from '../../src/db/service-store.ts'
import { createService, minutesAfterNoon } from './records.ts'

for (const name of ['constructor', '__proto__', 'billing@example.com', 'a:b']) {
  test(`service ${name} is unknown until it is saved and then found as it was saved`, () => {
    using database = openDatabase()
    const store = createServiceStore(database)
    expect(store.find(name)).toBeUndefined()
    const service = createService(name, { policies: [`service:${name}`, 'b', 'a'] })
    store.save(service)
    expect(store.find(name)).toStrictEqual(service)
  })
}

test('a service is found in any case and cannot be saved beside one that differs only in case', () => {
  using database = openDatabase()
  const store = createServiceStore(database)
  store.save(createService('Billing'))
  expect(store.find('bILLING')?.name).toBe('Billing')
  expect(() => store.save(createService('billing'))).toThrow(/UNIQUE/)
  expect(store.list({ limit: 10 }).items).toStrictEqual([createService('Billing')])
})

test('a service is replaced, with its policies, by the one of the same name', () => {
  using database = openDatabase()
  const store = createServiceStore(database)
  store.save(createService('billing', { policies: ['a', 'b'] }))
  const changed = createService('billing', { state: 'suspended', policies: ['b'], createdAt: minutesAfterNoon(1) })
  store.save(changed)
  expect(store.list({ limit: 10 }).items).toStrictEqual([changed])
})

test('a deleted service leaves nothing to a later one of its name', () => {
  using database = openDatabase()
  const store = createServiceStore(database)
  store.save(createService('billing', { policies: ['a'] }))
  store.delete('billing')
  store.delete('never-there')
  expect(store.find('billing')).toBeUndefined()
  store.save(createService('billing'))
  expect(store.find('billing')).toStrictEqual(createService('billing'))
})

test('the list of services is read page by page in the order of names', () => {
  using database = openDatabase()
  const store = createServiceStore(database)
  for (const name of ['c', 'a', 'b']) store.save(createService(name, { policies: [`of-${name}`] }))
  const service = (name: string) => createService(name, { policies: [`of-${name}`] })
  expect(store.list({ limit: 2 })).toStrictEqual({ items: [service('a'), service('b')], nextCursor: 'b' })
  expect(store.list({ limit: 2, after: 'b' })).toStrictEqual({ items: [service('c')] })
})
