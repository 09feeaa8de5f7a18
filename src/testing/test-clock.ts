import { type Clock, systemClock } from '../clock.ts'

/** Runs with the machine's clock, shifted by what a test has moved it: certificates are judged by OpenSSL's clock as well. */
export interface TestClock {
  readonly now: Clock
  advance(milliseconds: number): void
}

export function createTestClock(): TestClock {
  let shift = 0
  return {
    now: () => new Date(systemClock().getTime() + shift),
    advance(milliseconds) {
      shift += milliseconds
    },
  }
}
