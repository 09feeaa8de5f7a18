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

/** One page, in key order, of a list that is short enough to be whole in memory. */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, after }: PageRequest,
): Page<Item> {
  const rest = items
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .filter((item) => after === undefined || keyOf(item) > after)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return last !== undefined && rest.length > limit ? { items: page, nextCursor: keyOf(last) } : { items: page }
}
