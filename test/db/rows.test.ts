import { expect, test } from 'vitest'
import { createApiTokenStore } from '../../src/db/api-token-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { and, asc, eq, gt, sql } from '../../src/db/drizzle.ts'
import { prepareByShape, prepareRows, prepareRowsOf } from '../../src/db/rows.ts'
import { apiTokens } from '../../src/db/schema.ts'
import { createApiToken, minutesAfterNoon, NOON } from './records.ts'

function open() {
  const database = openDatabase()
  const tokens = createApiTokenStore(database)
  tokens.insert(createApiToken('a', { role: 'admin' }))
  tokens.insert(createApiToken('b', { expiresAt: minutesAfterNoon(1) }))
  tokens.insert(createApiToken('c'))
  return { ...database, [Symbol.dispose]: () => database[Symbol.dispose]() }
}

test('rows are found by constants and by what the placeholders stand for, each in its place', () => {
  using database = open()
  const { orm, sqlite } = database
  const query = orm
    .select({ id: apiTokens.id, at: apiTokens.createdAt })
    .from(apiTokens)
    .where(
      and(gt(apiTokens.id, sql.placeholder('after')), eq(apiTokens.role, 'operator'), eq(apiTokens.createdAt, NOON)),
    )
    .orderBy(asc(apiTokens.id))
    .limit(sql.placeholder('limit'))
  const rows = prepareRows<readonly [string, number], 'after' | 'limit'>(sqlite, query)
  expect(rows({ limit: 9, after: '' })).toEqual([
    ['b', NOON.getTime()],
    ['c', NOON.getTime()],
  ])
  expect(rows({ limit: 1, after: 'b' })).toEqual([['c', NOON.getTime()]])
})

test('whole rows are what the query builder makes of them', () => {
  using database = open()
  const query = database.orm.select().from(apiTokens).orderBy(asc(apiTokens.id))
  const rows = prepareRowsOf<typeof apiTokens, never>(database.sqlite, apiTokens, query)
  expect(rows({})).toStrictEqual(query.all())
})

test('what queries of a shape have in common is prepared once', () => {
  const made: string[] = []
  const prepare = prepareByShape(
    (text: string) => String(text.length),
    (text) => {
      made.push(text)
      return text
    },
  )
  expect(['one', 'two', 'three', 'six'].map(prepare)).toEqual(['one', 'one', 'three', 'one'])
  expect(made).toEqual(['one', 'three'])
})
