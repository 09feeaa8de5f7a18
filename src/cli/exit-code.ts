import { inspect } from 'node:util'
import { CommanderError } from 'commander'
import { DomainError, type ErrorCode } from '../errors.ts'
import { CommandFailed } from './command-failed.ts'
import type { Output } from './ports.ts'

export const EXIT = { done: 0, failed: 1, usage: 2, badConfiguration: 78 } as const

/** Failures that only a change of the configuration or of its files mends (sysexits.h: EX_CONFIG). */
const BAD_CONFIGURATION: ReadonlySet<ErrorCode> = new Set([
  'configuration_invalid',
  'database_corrupt',
  'database_too_new',
  'file_invalid',
  'file_permissions',
  'file_unreachable',
  'issuer_expired',
  'key_mismatch',
  'passphrase_weak',
])

/** Says on stderr why a verb failed, and what the process should exit with. */
export function reportFailure(error: unknown, stderr: Output): number {
  // Commander has printed its own errors and helps by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (error instanceof DomainError) {
    for (const sentence of error.message.split('\n')) stderr.write(`signet: ${sentence}\n`)
    return BAD_CONFIGURATION.has(error.code) ? EXIT.badConfiguration : EXIT.failed
  }
  stderr.write(`signet: ${error instanceof CommandFailed ? error.message : inspect(error)}\n`)
  return EXIT.failed
}
