import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

test('runs with the clock of the machine until it is moved', () => {
  const clock = createTestClock()
  const before = systemClock().getTime()
  const now = clock.now().getTime()
  expect(now).toBeGreaterThanOrEqual(before)
  expect(now).toBeLessThanOrEqual(systemClock().getTime())
})

test('moves by what it is advanced, forth and back', () => {
  const clock = createTestClock()
  const before = clock.now().getTime()
  clock.advance(3_600_000)
  expect(clock.now().getTime()).toBeGreaterThanOrEqual(before + 3_600_000)
  clock.advance(-7_200_000)
  expect(clock.now().getTime()).toBeLessThan(before)
})
