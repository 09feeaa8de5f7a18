import { monitorEventLoopDelay } from 'node:perf_hooks'

/** By how many milliseconds the event loop was late. */
export interface EventLoopDelay {
  readonly p50: number
  readonly p99: number
}

export interface EventLoopWatch {
  /** Since it was reset; 0 before anything was measured. */
  read(): EventLoopDelay
  reset(): void
}

// What the monitor measures includes the interval of its own timer.
const RESOLUTION_MS = 20
const NS_OF_MS = 1e6

export function watchEventLoop(stack: AsyncDisposableStack): EventLoopWatch {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  monitor.enable()
  stack.defer(() => void monitor.disable())
  const late = (percentile: number): number => Math.max(0, monitor.percentile(percentile) / NS_OF_MS - RESOLUTION_MS)
  return {
    read: () => (monitor.count === 0 ? { p50: 0, p99: 0 } : { p50: late(50), p99: late(99) }),
    reset: () => monitor.reset(),
  }
}
