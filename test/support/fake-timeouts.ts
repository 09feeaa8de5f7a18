import { vi } from 'vitest'

export interface FakeTimeouts extends Disposable {
  readonly running: number
  advance(milliseconds: number): void
}

/** `setTimeout` by a clock that the test moves. */
export function useFakeTimeouts(): FakeTimeouts {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  return {
    get running() {
      return vi.getTimerCount()
    },
    advance: (milliseconds) => void vi.advanceTimersByTime(milliseconds),
    [Symbol.dispose]: () => void vi.useRealTimers(),
  }
}
