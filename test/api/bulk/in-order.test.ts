import { expect, test } from 'vitest'
import { inOrder } from '../../../src/api/bulk/in-order.ts'
import { readAhead } from '../../../src/api/bulk/read-ahead.ts'

async function* count(taken: number[] = []): AsyncGenerator<number> {
  for (let number = 1; number <= 6; number++) {
    taken.push(number)
    yield number
  }
}

test('results come in the order of the items, whoever is ready first', async () => {
  const gates = new Map<number, () => void>()
  const work = (item: number): Promise<number> =>
    new Promise((resolve) => {
      gates.set(item, () => resolve(item))
      // The second frees the first.
      if (item % 2 === 0) for (const number of [item, item - 1]) gates.get(number)?.()
    })
  expect(await Array.fromAsync(inOrder(count(), 2, work))).toEqual([1, 2, 3, 4, 5, 6])
})

test('no more items are taken than are worked on at once, and none after the reader has left', async () => {
  const taken: number[] = []
  const finished: number[] = []
  const results = inOrder(count(taken), 3, async (item) => {
    await Promise.resolve()
    finished.push(item)
    return item
  })
  expect((await results.next()).value).toBe(1)
  expect(taken).toEqual([1, 2, 3])
  await results.return(undefined)
  expect(taken).toEqual([1, 2, 3])
  expect(finished).toEqual([1, 2, 3])
})

test('what fails ends the results, once what else runs has ended', async () => {
  const results = inOrder(count(), 3, async (item) => {
    if (item === 2) throw new Error('broken')
    return item
  })
  expect((await results.next()).value).toBe(1)
  await expect(results.next()).rejects.toThrow('broken')
})

test('what fails while the next item is still on its way is told in its turn, and to nobody else', async () => {
  async function* slow(): AsyncGenerator<number> {
    yield 1
    // Node tells of a failure that nobody has taken once the microtasks of a turn are over.
    await new Promise(setImmediate)
    yield 2
  }
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  const results = inOrder(slow(), 3, async () => {
    throw new Error('broken')
  })
  await expect(results.next()).rejects.toThrow('broken')
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

test('a body is read before anybody asks for it, up to its bound', async () => {
  let pulled = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1
      if (pulled > 5) controller.close()
      else controller.enqueue(new Uint8Array(10))
    },
  })
  const chunks = readAhead(body, 50)
  while (pulled <= 5) await new Promise((resolve) => setImmediate(resolve))
  expect((await Array.fromAsync(chunks)).map(({ length }) => length)).toEqual([10, 10, 10, 10, 10])
})

test('a body past its bound is refused', async () => {
  const chunks = readAhead(ReadableStream.from([new Uint8Array(30), new Uint8Array(30)]), 50)
  await expect(Array.fromAsync(chunks)).rejects.toMatchObject({ code: 'body_too_large' })
})
