import { describe, expect, test } from 'vitest'
import { pageOf } from '../../src/api/pagination.ts'

const NAMES = Array.from({ length: 1000 }, (_, index) => `device-${(index * 7919) % 1009}`)

function keyOf({ name }: { readonly name: string }): string {
  return name
}

describe('pages of a list in memory', () => {
  test.for([1, 7, 50, 500, 999, 1000, 5000])('of %d hold each of it once, in the order of their keys', (limit) => {
    const items = NAMES.map((name) => ({ name }))
    const found: string[] = []
    for (let after: string | undefined, isMore = true; isMore; isMore = after !== undefined) {
      const page = pageOf(items, keyOf, { limit, ...(after === undefined ? {} : { after }) })
      expect(page.items.length).toBe(Math.min(limit, NAMES.length - found.length))
      found.push(...page.items.map(keyOf))
      after = page.nextCursor
      expect(after).toBe(found.length < NAMES.length ? found.at(-1) : undefined)
    }
    expect(found).toEqual(NAMES.toSorted())
  })

  test('begin behind a key that is in the list no more', () => {
    const items = [{ name: 'c' }, { name: 'a' }, { name: 'd' }]
    expect(pageOf(items, keyOf, { limit: 1, after: 'b' })).toEqual({ items: [{ name: 'c' }], nextCursor: 'c' })
    expect(pageOf(items, keyOf, { limit: 1, after: 'd' })).toEqual({ items: [] })
  })

  test('ask for each key once, however long the list', () => {
    let asked = 0
    const count = (name: string): string => {
      asked++
      return name
    }
    pageOf(NAMES, count, { limit: 50 })
    expect(asked).toBe(NAMES.length)
  })
})
