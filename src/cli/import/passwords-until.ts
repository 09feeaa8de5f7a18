import type { Command } from 'commander'
import { CommandFailed } from '../command-failed.ts'

export interface PasswordOptions {
  readonly passwordsUntil?: string
}

export function addPasswordOptions(command: Command): Command {
  return command.option(
    '--passwords-until <date>',
    'import the passwords, good until this date or date-time (RFC 3339) within a year; without it they are left out',
  )
}

/** The date-time for the hub; a date alone is its first moment, in UTC. */
export function readPasswordsUntil({ passwordsUntil: text }: PasswordOptions): string | undefined {
  if (text === undefined) return undefined
  const dateTime = DATE.test(text) ? `${text}T00:00:00Z` : text.toUpperCase()
  if (DATE_TIME.test(dateTime)) return dateTime
  throw new CommandFailed(`--passwords-until ${text} is no date: 2027-03-31 and 2027-03-31T18:00:00+02:00 are`)
}

// RFC 3339 §5.6; whether the calendar has the day, the hub says.
const DATE = /^\d{4}-\d\d-\d\d$/
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
