import type { DisconnectReason } from '../end-reason.ts'
import { DomainError } from '../errors.ts'
import { NOT_READING } from './delivery/outbox.ts'

const BY_MESSAGE: ReadonlyMap<string, DisconnectReason> = new Map([
  ['keep alive timeout', 'keepalive_timeout'],
  ['drain timeout', 'not_reading'],
  [NOT_READING, 'not_reading'],
])

/** What an error of its client says of the end it brings; nothing of a network that broke. */
export function reasonOfError(error: NodeJS.ErrnoException, isOurFault: boolean): DisconnectReason | undefined {
  const known = BY_MESSAGE.get(error.message)
  if (known) return known
  if (isOurFault || error instanceof DomainError || error.cause instanceof DomainError) return 'internal_error'
  return error.code === undefined ? 'protocol_error' : undefined
}
