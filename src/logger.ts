import { createRequire } from 'node:module'
import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export interface LoggerOptions {
  readonly level: (typeof LOG_LEVELS)[number]
  readonly format: 'json' | 'text'
  readonly stream: { write(text: string): unknown }
  /** What each line bears beside its own fields, which come first; asked anew for each. */
  readonly around?: () => object
}

const SECRETS = [
  'authorization',
  'clientKey',
  'cookie',
  'passphrase',
  'password',
  'pin',
  'privateKey',
  'secret',
  'token',
]

/** The second line of defence: nobody is to log them, and whoever does all the same is censored. */
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

export function createLogger({ level, format, stream, around }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      redact: REDACTED,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(around ? { mixin: () => ({ ...around() }) } : {}),
    },
    format === 'json' ? { write: (line) => void stream.write(line) } : createTextDestination(stream),
  )
}

// The text is made in the same tick: a line is out before what comes after it, and there is no pipe to flush at the end.
function createTextDestination(stream: LoggerOptions['stream']): DestinationStream {
  // Loaded here: only people read text, and it brings 29 modules.
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  const format = prettyFactory({
    colorize: false,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{if component}{component}: {end}{msg}',
    ignore: 'component',
  })
  return { write: (line) => void stream.write(format(line)) }
}
