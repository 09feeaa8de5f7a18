import { expect, test } from 'vitest'
import { startTelling } from '../../../src/broker/status/telling.ts'
import { createLogger } from '../../../src/logger.ts'
import { LogSink } from '../../support/log-sink.ts'

test('a status that cannot be read is logged, and told again at the next interval', async () => {
  const log = new LogSink()
  const { promise: twice, resolve } = Promise.withResolvers<void>()
  let calls = 0
  const status = {
    update() {
      if (++calls === 2) resolve()
      throw new Error('the disk cannot be read')
    },
  }
  using _telling = startTelling(status, 1, createLogger({ level: 'info', format: 'json', stream: log }))
  await twice
  expect(log.text).toContain('the disk cannot be read')
})
