import { expect, test } from 'vitest'
import { createAdministratorStore } from '../../src/db/administrator-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import type { Administrator } from '../../src/registry/administrator.ts'
import { minutesAfterNoon, NOON } from './records.ts'

for (const name of ['constructor', '__proto__', 'eva@example.com', 'a:b']) {
  test(`administrator ${name} is unknown until it is saved and then found as it was saved`, () => {
    using database = openDatabase()
    const store = createAdministratorStore(database)
    expect(store.find(name)).toBeUndefined()
    store.save(createAdministrator(name))
    expect(store.find(name)).toStrictEqual(createAdministrator(name))
  })
}

test('an administrator is found in any case and cannot be saved beside one that differs only in case', () => {
  using database = openDatabase()
  const store = createAdministratorStore(database)
  store.save(createAdministrator('Eva'))
  expect(store.find('eVA')?.name).toBe('Eva')
  expect(() => store.save(createAdministrator('eva'))).toThrow(/UNIQUE/)
  expect(store.list()).toStrictEqual([createAdministrator('Eva')])
})

test('an administrator is replaced by the one of the same name; the list is in the order of names', () => {
  using database = openDatabase()
  const store = createAdministratorStore(database)
  for (const name of ['eva', 'adam']) store.save(createAdministrator(name))
  const changed = createAdministrator('eva', { role: 'auditor', createdAt: minutesAfterNoon(1) })
  store.save(changed)
  expect(store.list()).toStrictEqual([createAdministrator('adam'), changed])
})

function createAdministrator(name: string, changes: Partial<Administrator> = {}): Administrator {
  return { name, role: 'admin', createdAt: NOON, ...changes }
}
