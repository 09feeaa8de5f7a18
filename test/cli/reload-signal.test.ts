import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { openReloadSignal } from '../../src/cli/reload-signal.ts'

test('a reload that fails is told, and one that comes too early is not missed by anybody', async () => {
  const signals = new EventEmitter()
  const told: string[] = []
  const { promise: failed, reject } = Promise.withResolvers<void>()
  {
    using reload = openReloadSignal(signals, { write: (text) => void told.push(text) })
    signals.emit('SIGHUP')
    reload.pass({ reload: () => failed })
    signals.emit('SIGHUP')
    reject(new Error('no file handles'))
    await failed.catch(() => undefined)
  }
  await new Promise(setImmediate)
  expect(told).toEqual([expect.stringMatching(/^signet: .*no file handles/s)])
  expect(signals.eventNames()).toEqual([])
})
