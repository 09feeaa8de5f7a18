import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { watchEventLoop } from '../src/app-event-loop.ts'

/** Holds the process up until that was measured: the first time of all, nothing was measured before. */
async function holdUp(isMeasured: () => boolean): Promise<void> {
  const nothing = new Int32Array(new SharedArrayBuffer(4))
  do {
    Atomics.wait(nothing, 0, 0, 150)
    await nextTurn()
  } while (!isMeasured())
}

test('what holds the process up is measured, and forgotten when the watch is reset', async () => {
  await using stack = new AsyncDisposableStack()
  const watch = watchEventLoop(stack)
  expect(watch.read()).toEqual({ p50: 0, p99: 0 })
  await holdUp(() => watch.read().p99 > 100)
  const { p50, p99 } = watch.read()
  expect(p50).toBeGreaterThanOrEqual(0)
  expect(p99).toBeGreaterThanOrEqual(p50)
  watch.reset()
  expect(watch.read()).toEqual({ p50: 0, p99: 0 })
})
