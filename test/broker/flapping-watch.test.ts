import { expect, test } from 'vitest'
import { FlappingBans } from '../../src/broker/flapping.ts'
import { watchFlapping } from '../../src/broker/flapping-watch.ts'
import { createLogger } from '../../src/logger.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { LogSink } from '../support/log-sink.ts'
import { createParty, openConnection } from './parties.ts'

test('a policy that cannot be read bans nobody, and is logged', () => {
  const log = new LogSink()
  const limits = { flappingConnects: 1, flappingSeconds: 60, flappingBanSeconds: 300 }
  const bans = new FlappingBans(limits, createTestClock().now)
  const watch = watchFlapping({
    bans,
    access: {
      policyOf() {
        throw new Error('the database is locked')
      },
    },
    reports: { reached: () => expect.unreachable() },
    logger: createLogger({ level: 'info', format: 'json', stream: log }),
  })
  const { identity } = createParty('device-001')
  const { connection } = openConnection()
  watch.countEnd(connection, identity)
  expect(watch.banOf(connection, identity)).toBeUndefined()
  expect(log.lines).toMatchObject([
    { level: 'error', deviceId: 'device-001', err: { message: 'the database is locked' } },
  ])
})
