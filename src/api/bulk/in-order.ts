/** Works on a few items at a time and gives the results in the order of the items; takes no further item once it is left. */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const result = work(item)
      // It is awaited in its turn, which may be long after it failed: until then nobody would have taken the failure.
      result.catch(() => undefined)
      running.push(result)
      const [first] = running
      if (first && running.length >= atOnce) {
        yield await first
        running.shift()
      }
    }
    for (const result of running) yield await result
  } finally {
    await Promise.allSettled(running)
  }
}
