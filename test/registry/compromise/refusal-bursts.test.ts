import { expect, test } from 'vitest'
import { RefusalBursts } from '../../../src/registry/compromise/refusal-bursts.ts'

test('so many within the window are a burst, and are counted from the beginning then', () => {
  const bursts = new RefusalBursts({ refusals: 3, windowSeconds: 60 })
  expect([0, 1, 2, 3, 4, 5].map((at) => bursts.note('a', at))).toEqual([false, false, true, false, false, true])
})

test('spread over longer than the window they are none', () => {
  const bursts = new RefusalBursts({ refusals: 3, windowSeconds: 60 })
  for (let at = 0; at < 20; at++) expect(bursts.note('a', at * 30_000)).toBe(false)
})

test('identities are counted apart, and forgotten', () => {
  const bursts = new RefusalBursts({ refusals: 2, windowSeconds: 60 })
  for (let index = 0; index < 10_100; index++) expect(bursts.note(`id${index}`, 0)).toBe(false)
  expect(bursts.size).toBe(10_000)
  bursts.note('id', 61_000)
  expect(bursts.size).toBe(1)
})
