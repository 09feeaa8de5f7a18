import { setImmediate as nextTurn } from 'node:timers/promises'

/** What has numbers that grow, with gaps or without. */
export interface NumberedStore<Item> {
  /** The number of the last of so many before this one; none: there are fewer. */
  endOfRun(before: number, size: number): number | undefined
  /** Of those from one number up to before another the wanted ones, newest first, so many at most. */
  list(from: number, before: number, limit: number): readonly Item[]
}

/** How many numbers are looked at in a turn of the event loop: SQLite takes a millisecond for them, whatever is looked for. */
export const RUN = 2000

/** Those before a number that are wanted, newest first, a run of all a turn: where few are wanted, all have to be looked at. */
export async function listNewestFirst<Item>(
  store: NumberedStore<Item>,
  before: number,
  limit: number,
): Promise<readonly Item[]> {
  const found: Item[] = []
  for (let end = before; ; ) {
    const from = store.endOfRun(end, RUN)
    found.push(...store.list(from ?? 0, end, limit - found.length))
    if (from === undefined || found.length === limit) return found
    end = from
    await nextTurn()
  }
}
