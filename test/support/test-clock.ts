import type { Clock } from '../../src/clock.ts'

export interface TestClock {
  readonly now: Clock
  advance(milliseconds: number): void
}

/** Runs with the machine's clock, shifted by what a test has advanced it: certificates are judged by OpenSSL's clock as well. */
export function createTestClock(): TestClock {
  let shift = 0
  return {
    now: () => new Date(Date.now() + shift),
    advance(milliseconds) {
      shift += milliseconds
    },
  }
}
