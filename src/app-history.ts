import { getHeapStatistics } from 'node:v8'
import { History, type HistoryColumns, type HistoryRange, type Reading } from './api/metrics/history.ts'
import { repeat } from './app-background.ts'
import type { EventLoopDelay, EventLoopWatch } from './app-event-loop.ts'
import type { Runtime } from './app-hub.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import { sumOf } from './broker/status/figures.ts'
import type { Clock } from './clock.ts'
import type { Registry } from './registry/registry.ts'

export interface HistoryParts {
  readonly broker: Pick<MqttBroker, 'traffic'>
  readonly registry: Pick<Registry, 'refusals'>
  readonly runtime: Runtime | undefined
  readonly eventLoop: EventLoopWatch
  readonly clock: Clock
}

/** Octets of memory that the process holds, or V8 where nobody tells. */
export function readMemory(runtime: Runtime | undefined): number {
  try {
    if (runtime) return runtime.rss()
  } catch (error) {
    // Linux tells it in a file of /proc, and there may be no handle left to open that.
    if (!('syscall' in (error as Error))) throw error
  }
  return getHeapStatistics().total_physical_size
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

/** Reads every ten seconds what is counted anyway. */
export function openHistory(
  { broker, registry, runtime, eventLoop, clock }: HistoryParts,
  stack: AsyncDisposableStack,
): OpenHistory {
  const history = new History(clock())
  /** Of the last steps, oldest first. */
  const delays: EventLoopDelay[] = []
  const refusals: number[] = []
  history.add(read(), clock())
  repeat(stack, STEP_MS, () => {
    keepLast(delays, eventLoop.read(), STEPS_OF_MINUTE)
    history.add(read(), clock())
    eventLoop.reset()
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
      eventLoopDelayP99: eventLoop.read().p99,
    }
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
