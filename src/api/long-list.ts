import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from '@hono/zod-openapi'

const WORKED_AT_ONCE = 500

/**
 * A list so long that each part of it is judged, and read, in a turn of the event loop of its own; its answers are those of
 * `z.array`. The document calls an item by the name under which its schema is registered.
 */
export function longList<Item extends z.ZodType>(item: Item, longest: number, name: string) {
  const items = z.array(item)
  return z
    .array(z.custom<z.input<Item>>())
    .max(longest)
    .transform(async (list, context) => {
      const read: z.output<Item>[] = []
      for (let begin = 0; begin < list.length; begin += WORKED_AT_ONCE) {
        await nextTurn()
        const { data, error } = items.safeParse(list.slice(begin, begin + WORKED_AT_ONCE))
        read.push(...(data ?? []))
        for (const { path, ...issue } of error?.issues ?? []) {
          const [index, ...within] = path
          context.issues.push({ ...issue, input: undefined, path: [begin + Number(index), ...within] })
        }
      }
      // What is done with it has a turn of its own.
      await nextTurn()
      return read
    })
    .openapi({ type: 'array', items: { $ref: `#/components/schemas/${name}` }, maxItems: longest })
}

/** `items.map` of as many, in as many turns. */
export async function mapLongList<Item, Mapped>(
  items: readonly Item[],
  map: (item: Item) => Mapped,
): Promise<Mapped[]> {
  const mapped: Mapped[] = []
  for (const [index, item] of items.entries()) {
    if (index % WORKED_AT_ONCE === 0) await nextTurn()
    mapped.push(map(item))
  }
  await nextTurn()
  return mapped
}
