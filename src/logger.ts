import { type DestinationStream, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type { Logger } from 'pino'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export interface LoggerOptions {
  readonly level: (typeof LOG_LEVELS)[number]
  readonly format: 'json' | 'text'
  readonly stream: DestinationStream & NodeJS.WritableStream
}

/** Fields that could carry a secret are censored wherever they stand. */
const REDACTED = ['authorization', 'password', 'passphrase', 'token', 'clientKey', 'privateKey'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
])

export function createLogger({ level, format, stream }: LoggerOptions): Logger {
  const destination =
    format === 'json' ? stream : pretty({ destination: stream, ignore: 'pid,hostname', colorize: false })
  return pino(
    {
      level,
      base: null,
      redact: REDACTED,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
}
