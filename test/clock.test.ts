import { expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'

test("the system's clock is the machine's", () => {
  const before = Date.now()
  const told = systemClock().getTime()
  expect(told).toBeGreaterThanOrEqual(before)
  expect(told).toBeLessThanOrEqual(Date.now())
})
