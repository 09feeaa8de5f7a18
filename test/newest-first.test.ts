import { expect, test } from 'vitest'
import { listNewestFirst } from '../src/newest-first.ts'

/** With in which turn of the event loop each run was looked at. */
function openStore(numbers: readonly number[], isWanted: (number: number) => boolean) {
  const turns: number[] = []
  let turn = 0
  const next = (): void => {
    turn++
    pending = setImmediate(next)
  }
  let pending = setImmediate(next)
  const newestFirst = numbers.toReversed()
  return {
    turns,
    endOfRun: (before: number, size: number) => newestFirst.filter((number) => number < before)[size - 1],
    list(from: number, before: number, limit: number) {
      turns.push(turn)
      return newestFirst
        .filter((number) => number >= from && number < before)
        .filter(isWanted)
        .slice(0, limit)
    },
    [Symbol.dispose]: () => clearImmediate(pending),
  }
}

// With gaps, and five runs.
const NUMBERS = Array.from({ length: 10_000 }, (_, index) => index * 3 + 1)

test('a turn of the event loop looks at one run, where few are wanted', async () => {
  using store = openStore(NUMBERS, (number) => number < 7)
  expect(await listNewestFirst(store, Number.MAX_SAFE_INTEGER, 5)).toEqual([4, 1])
  expect(store.turns).toHaveLength(6)
  expect(new Set(store.turns).size).toBe(6)
})

test('no more is looked at than the page needs', async () => {
  using store = openStore(NUMBERS, () => true)
  expect(await listNewestFirst(store, 29_998, 3)).toEqual([29_995, 29_992, 29_989])
  expect(store.turns).toHaveLength(1)
})

test.for([1, 7, 500])('whatever the size of a page, %d, each comes once', async (limit) => {
  const isWanted = (number: number): boolean => number % 40 === 0
  using store = openStore(NUMBERS, isWanted)
  const found: number[] = []
  for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined; ) {
    const page: readonly number[] = await listNewestFirst(store, before, limit)
    found.push(...page)
    before = page.length === limit ? page.at(-1) : undefined
  }
  expect(found).toEqual(NUMBERS.filter(isWanted).toReversed())
})

test('of nothing nothing is found', async () => {
  using store = openStore([], () => true)
  expect(await listNewestFirst(store, 9, 5)).toEqual([])
})
