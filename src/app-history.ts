import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { History, type HistoryColumns, type HistoryRange, type Reading } from './api/metrics/history.ts'
import { repeat } from './app-background.ts'
import type { Runtime } from './app-hub.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import { sumOf } from './broker/status/figures.ts'
import type { Clock } from './clock.ts'
import type { Registry } from './registry/registry.ts'

export interface HistoryParts {
  readonly broker: Pick<MqttBroker, 'traffic'>
  readonly registry: Pick<Registry, 'refusals'>
  readonly runtime: Runtime | undefined
  readonly clock: Clock
}

/** Octets of memory that the process holds, or V8 where nobody tells. */
export function readMemory(runtime: Runtime | undefined): number {
  return runtime?.rss() ?? getHeapStatistics().total_physical_size
}

/** Milliseconds. */
export interface EventLoopDelay {
  readonly p50: number
  readonly p99: number
}

export interface OpenHistory {
  read(range: HistoryRange): HistoryColumns
  /** Of the last minute, `p99` of the worst ten seconds in it; none before the first ten are over. */
  eventLoopDelay(): EventLoopDelay | undefined
  refusalsLastHour(): number
}

const STEP_MS = 10_000
const STEPS_OF_MINUTE = 6
const STEPS_OF_HOUR = 360
// What the monitor measures includes the interval of its own timer.
const RESOLUTION_MS = 20
const NS_OF_MS = 1e6

/** Reads every ten seconds what is counted anyway. */
export function openHistory(
  { broker, registry, runtime, clock }: HistoryParts,
  stack: AsyncDisposableStack,
): OpenHistory {
  const history = new History(clock())
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  monitor.enable()
  stack.defer(() => void monitor.disable())
  /** Of the last steps, oldest first. */
  const delays: EventLoopDelay[] = []
  const refusals: number[] = []
  history.add(read(), clock())
  repeat(stack, STEP_MS, () => {
    keepLast(delays, measureDelay(), STEPS_OF_MINUTE)
    history.add(read(), clock())
    monitor.reset()
  })
  return {
    read: (range) => history.read(range, clock()),
    eventLoopDelay: () => summarise(delays),
    refusalsLastHour: () => countRefusals() - (refusals[0] ?? 0),
  }

  function read(): Reading {
    const { publishesReceived, publishesSent, connectsAccepted: connects, connected } = broker.traffic.read()
    const refused = countRefusals()
    keepLast(refusals, refused, STEPS_OF_HOUR)
    return {
      messagesIn: sumOf(publishesReceived),
      messagesOut: sumOf(publishesSent),
      connects,
      refusals: refused,
      connected,
      rss: readMemory(runtime),
      eventLoopDelayP99: measureDelay().p99,
    }
  }

  function measureDelay(): EventLoopDelay {
    if (monitor.count === 0) return { p50: 0, p99: 0 }
    const late = (percentile: number): number => Math.max(0, monitor.percentile(percentile) / NS_OF_MS - RESOLUTION_MS)
    return { p50: late(50), p99: late(99) }
  }

  function countRefusals(): number {
    return registry.refusals.totals().reduce((sum, { count }) => sum + count, 0)
  }
}

function keepLast<Item>(items: Item[], item: Item, count: number): void {
  items.push(item)
  if (items.length > count) items.shift()
}

function summarise(delays: readonly EventLoopDelay[]): EventLoopDelay | undefined {
  const medians = delays.map(({ p50 }) => p50).toSorted((one, other) => one - other)
  const p50 = medians[Math.floor(medians.length / 2)]
  return p50 === undefined ? undefined : { p50, p99: Math.max(...delays.map(({ p99 }) => p99)) }
}
