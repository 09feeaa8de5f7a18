import { expect, test, vi } from 'vitest'
import type { EventLoopDelay } from '../src/app-event-loop.ts'
import { openHistory, readMemory } from '../src/app-history.ts'
import { Traffic } from '../src/broker/traffic.ts'
import type { RefusalTotal } from '../src/registry/refusal-ring.ts'
import { createTestClock } from '../src/testing/test-clock.ts'

/** A history over a real count of traffic, ten seconds a step. */
function openScene(stack: AsyncDisposableStack) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  stack.defer(() => void vi.useRealTimers())
  const clock = createTestClock()
  const traffic = new Traffic()
  let refused = 0
  let delay: EventLoopDelay = { p50: 0.5, p99: 3 }
  const eventLoop = {
    read: () => delay,
    reset() {
      delay = { p50: 0, p99: 0 }
    },
  }
  const totals = (): readonly RefusalTotal[] => [{ surface: 'mqtts', cause: 'certificate_unknown', count: refused }]
  const registry = { refusals: { totals, list: () => [], record: () => undefined } }
  const runtime = { version: 'v24.21.0', rss: () => 1000 }
  const history = openHistory({ broker: { traffic }, registry, runtime, eventLoop, clock: clock.now }, stack)
  return {
    history,
    traffic,
    holdUp(late: EventLoopDelay): void {
      delay = late
    },
    refuse(count: number): void {
      refused += count
    },
    step(count = 1): void {
      for (let n = 0; n < count; n++) {
        clock.advance(10_000)
        vi.advanceTimersByTime(10_000)
      }
    },
  }
}

test('what is counted is read every ten seconds', async () => {
  await using stack = new AsyncDisposableStack()
  const { history, traffic, refuse, step } = openScene(stack)
  expect(history.eventLoopDelay()).toBeUndefined()
  for (let n = 0; n < 50; n++) traffic.countPublishReceived(1, 10)
  traffic.countPublishSent(0, 10)
  traffic.countArrival()
  refuse(20)
  step()
  const { series } = history.read('1h')
  const last = Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values.at(-1)]))
  expect(last).toMatchObject({
    messagesIn: expect.closeTo(5, 1),
    messagesOut: expect.closeTo(0.1, 1),
    connects: expect.closeTo(0.1, 1),
    refusals: expect.closeTo(2, 1),
    connected: 1,
    rss: 1000,
    eventLoopDelayP99: 3,
  })
  expect(history.eventLoopDelay()).toEqual({ p50: 0.5, p99: 3 })
})

test('refusals are those of the last hour, or since the start', async () => {
  await using stack = new AsyncDisposableStack()
  const { history, refuse, step } = openScene(stack)
  refuse(3)
  expect(history.refusalsLastHour()).toBe(3)
  step(100)
  refuse(2)
  expect(history.refusalsLastHour()).toBe(5)
  step(300)
  expect(history.refusalsLastHour()).toBe(2)
  step(400)
  expect(history.refusalsLastHour()).toBe(0)
})

test('what held the process up is told as the delay of its event loop for a minute', async () => {
  await using stack = new AsyncDisposableStack()
  const { history, holdUp, step } = openScene(stack)
  holdUp({ p50: 1, p99: 200 })
  step()
  expect(history.eventLoopDelay()).toEqual({ p50: 1, p99: 200 })
  expect(history.read('1h').series.eventLoopDelayP99.at(-1)).toBe(200)
  step(5)
  expect(history.eventLoopDelay()).toEqual({ p50: 0, p99: 200 })
  step()
  expect(history.eventLoopDelay()).toEqual({ p50: 0, p99: 0 })
})

test('where no file handle is left to read what the process holds, what V8 does is told', () => {
  const rss = () => {
    throw Object.assign(new Error('EMFILE: too many open files'), { syscall: 'uv_resident_set_memory' })
  }
  expect(readMemory({ version: 'v24.21.0', rss })).toBeGreaterThan(1_000_000)
  const broken = () => {
    throw new Error('of ours')
  }
  expect(() => readMemory({ version: 'v24.21.0', rss: broken })).toThrow('of ours')
})
