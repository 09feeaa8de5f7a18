import { monitorEventLoopDelay } from 'node:perf_hooks'
import { memoryUsage } from 'node:process'
import { History, type HistoryColumns, type HistoryRange } from './api/metrics/history.ts'
import { repeat } from './app-background.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import { sumOf } from './broker/status/figures.ts'
import type { Clock } from './clock.ts'
import type { Registry } from './registry/registry.ts'

export interface HistoryParts {
  readonly broker: Pick<MqttBroker, 'traffic'>
  readonly registry: Pick<Registry, 'refusals'>
  readonly clock: Clock
}

/** Milliseconds. */
export interface EventLoopDelay {
  readonly p50: number
  readonly p99: number
}

export interface OpenHistory {
  read(range: HistoryRange): HistoryColumns
  /** Of the last whole minute; before that of what there was. */
  eventLoopDelay(): EventLoopDelay | undefined
  refusalsLastHour(): number
}

type Monitor = ReturnType<typeof monitorEventLoopDelay>

const STEP_MS = 10_000
const STEPS_OF_MINUTE = 6
const STEPS_OF_HOUR = 360
// What a monitor measures includes its own timer's interval.
const RESOLUTION_MS = 10
const NS_OF_MS = 1e6

/** Reads every ten seconds what is counted anyway. */
export function openHistory({ broker, registry, clock }: HistoryParts, stack: AsyncDisposableStack): OpenHistory {
  const history = new History(clock())
  const [ofStep, ofMinute] = [openMonitor(stack), openMonitor(stack)]
  /** Sums of an hour, oldest first. */
  const refusals: number[] = [countRefusals()]
  let minute: EventLoopDelay | undefined
  let steps = 0
  add()
  repeat(stack, STEP_MS, add)
  return {
    read: (range) => history.read(range, clock()),
    eventLoopDelay: () => minute,
    refusalsLastHour: () => countRefusals() - (refusals[0] ?? 0),
  }

  function add(): void {
    const { publishesReceived, publishesSent, connectsAccepted: connects, connected } = broker.traffic.read()
    const reading = {
      messagesIn: sumOf(publishesReceived),
      messagesOut: sumOf(publishesSent),
      connects,
      refusals: countRefusals(),
      connected,
      rss: memoryUsage.rss(),
      eventLoopDelayP99: delayOf(ofStep).p99,
    }
    history.add(reading, clock())
    ofStep.reset()
    refusals.push(reading.refusals)
    if (refusals.length > STEPS_OF_HOUR) refusals.shift()
    steps++
    if (ofMinute.count > 0 && (steps <= STEPS_OF_MINUTE || steps % STEPS_OF_MINUTE === 0)) minute = delayOf(ofMinute)
    if (steps % STEPS_OF_MINUTE === 0) ofMinute.reset()
  }

  function countRefusals(): number {
    return registry.refusals.totals().reduce((sum, { count }) => sum + count, 0)
  }
}

function openMonitor(stack: AsyncDisposableStack): Monitor {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  monitor.enable()
  stack.defer(() => void monitor.disable())
  return monitor
}

function delayOf(monitor: Monitor): EventLoopDelay {
  const late = (percentile: number): number => Math.max(0, monitor.percentile(percentile) / NS_OF_MS - RESOLUTION_MS)
  return monitor.count === 0 ? { p50: 0, p99: 0 } : { p50: late(50), p99: late(99) }
}
