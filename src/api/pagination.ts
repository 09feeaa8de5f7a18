import { z } from '@hono/zod-openapi'
import type { Page, PageRequest } from '../registry/page.ts'

/** What every list takes. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,512}$/, 'A cursor is the nextCursor of an earlier answer, unchanged')
    .optional(),
}

export const pageQuerySchema = z.object(pageQuery)

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

export function readPageRequest({ limit, cursor }: z.infer<typeof pageQuerySchema>): PageRequest {
  return cursor === undefined ? { limit } : { limit, after: Buffer.from(cursor, 'base64url').toString() }
}

export function shapePage<Item, Shape>(
  { items, nextCursor }: Page<Item>,
  shape: (item: Item) => Shape,
): { items: Shape[]; nextCursor: string | null } {
  return {
    items: items.map(shape),
    nextCursor: nextCursor === undefined ? null : Buffer.from(nextCursor).toString('base64url'),
  }
}

/** One page, in key order, of a list that is whole in memory. */
export function pageOf<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
  { limit, after }: PageRequest,
): Page<Item> {
  // The one too many says that more exist.
  const first = firstOf(items, keyOf, limit + 1, after)
  const page = first.slice(0, limit)
  const last = page.at(-1)
  const shown = page.map(({ item }) => item)
  return last !== undefined && first.length > limit ? { items: shown, nextCursor: last.key } : { items: shown }
}

interface Keyed<Item> {
  readonly key: string
  readonly item: Item
}

/** So many behind that key, in order. Of a long list most are never sorted: they stand behind so many others. */
function firstOf<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
  count: number,
  after: string | undefined,
): readonly Keyed<Item>[] {
  let kept: Keyed<Item>[] = []
  let last: string | undefined
  for (const item of items) {
    const key = keyOf(item)
    if ((after !== undefined && key <= after) || (last !== undefined && key >= last)) continue
    kept.push({ key, item })
    if (kept.length < 2 * count) continue
    kept = inOrder(kept).slice(0, count)
    last = kept.at(-1)?.key
  }
  return inOrder(kept).slice(0, count)
}

function inOrder<Item>(those: readonly Keyed<Item>[]): Keyed<Item>[] {
  return those.toSorted((a, b) => (a.key < b.key ? -1 : 1))
}
