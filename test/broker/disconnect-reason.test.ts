import { describe, expect, test } from 'vitest'
import { NOT_READING } from '../../src/broker/delivery/outbox.ts'
import { reasonOfError } from '../../src/broker/disconnect-reason.ts'
import { StreamViolation } from '../../src/broker/stream-violation.ts'
import { DomainError } from '../../src/errors.ts'

const LOCKED = new DomainError('file_unreachable', 'mqtt.db is locked')

describe('the error of a client says why it goes', () => {
  for (const { name, error, isOurFault = false, reason } of [
    { name: 'silence', error: new Error('keep alive timeout'), reason: 'keepalive_timeout' },
    { name: 'a reader that does not drain', error: new Error('drain timeout'), reason: 'not_reading' },
    { name: 'a reader that is given up', error: new Error(NOT_READING), reason: 'not_reading' },
    { name: 'a packet that cannot be parsed', error: new Error('Invalid header'), reason: 'protocol_error' },
    {
      name: 'a stream that is none',
      error: new StreamViolation('websocket_invalid', 'a text frame'),
      reason: 'protocol_error',
    },
    { name: 'a database with a name for it', error: LOCKED, reason: 'internal_error' },
    {
      name: 'a session that was not stored',
      error: new Error('not stored', { cause: LOCKED }),
      reason: 'internal_error',
    },
    { name: 'a message that was not kept', error: new Error('full'), isOurFault: true, reason: 'internal_error' },
    {
      name: 'a network that broke',
      error: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
      reason: undefined,
    },
  ]) {
    test(`${reason ?? 'nothing'} of ${name}`, () => expect(reasonOfError(error, isOurFault)).toBe(reason))
  }
})
