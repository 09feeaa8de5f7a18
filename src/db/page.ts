import type { Page } from '../registry/page.ts'

/** The page that `limit + 1` rows make: the row too many says that more exist. */
export function createPage<Item>(rows: readonly Item[], limit: number, keyOf: (item: Item) => string): Page<Item> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return rows.length > limit && last !== undefined ? { items, nextCursor: keyOf(last) } : { items }
}
