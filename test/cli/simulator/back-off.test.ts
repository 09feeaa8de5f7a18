import { describe, expect, test } from 'vitest'
import { backOffMilliseconds } from '../../../src/cli/simulator/back-off.ts'

describe('the wait is anywhere below a bound that doubles from 1 s to 60 s', () => {
  for (const { attempt, bound } of [
    { attempt: 0, bound: 1_000 },
    { attempt: 1, bound: 2_000 },
    { attempt: 5, bound: 32_000 },
    { attempt: 6, bound: 60_000 },
    { attempt: 10_000, bound: 60_000 },
  ]) {
    test(`attempt ${attempt}: below ${bound} ms`, () => {
      expect(backOffMilliseconds(attempt, () => 1)).toBe(bound)
      expect(backOffMilliseconds(attempt, () => 0.25)).toBe(bound / 4)
      expect(backOffMilliseconds(attempt, () => 0)).toBe(0)
    })
  }
})
