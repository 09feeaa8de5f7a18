import { createRequire } from 'node:module'
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'

export type { Logger } from 'pino'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export interface LogStream {
  /** `done` is told how it went; a stream that never says so is taken to be well. */
  write(text: string, done?: (error?: Error | null) => void): unknown
}

export interface LoggerOptions {
  readonly level: (typeof LOG_LEVELS)[number]
  readonly format: 'json' | 'text'
  readonly stream: LogStream
  /** What each line bears beside its own fields, which come first; asked anew for each. */
  readonly around?: () => object
}

/** The second line of defence: nobody is to log them, and whoever does all the same is censored. */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'clientKey',
  'cookie',
  'passphrase',
  'password',
  'pin',
  'privateKey',
  'secret',
  'token',
])
const CENSORED = '[Redacted]'
const DEEPEST = 3

export function createLogger({ level, format, stream, around }: LoggerOptions): Logger {
  const lasting = outlast(stream, (count) => logger.warn({ component: 'hub', count }, 'Log lines were lost'))
  const logger = pino(
    {
      level,
      base: null,
      serializers: { err: (error) => censor(stdSerializers.err(error)) },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Not `redact`, whose patterns cost as much as a tenth of a handshake for each line.
      formatters: { level: (label) => ({ level: label }), log: censor },
      ...(around ? { mixin: () => ({ ...around() }) } : {}),
    },
    format === 'json' ? lasting : createTextDestination(lasting),
  )
  return logger
}

/** A disk that is full loses lines of the log; once there is room it goes on, and `onRoom` is told how many are missing. */
function outlast(stream: LogStream, onRoom: (lost: number) => void): DestinationStream {
  let lost = 0
  const note = (error?: Error | null): void => {
    if (error) lost += 1
    else if (lost > 0) {
      const count = lost
      lost = 0
      onRoom(count)
    }
  }
  // The line before may have been cut off anywhere.
  return { write: (text) => void stream.write(lost > 0 ? `\n${text}` : text, note) }
}

/** The same object where there is nothing to censor, as nearly always. */
function censor<Fields extends object>(fields: Fields, depth = DEEPEST): Fields {
  let censored: Record<string, unknown> | undefined
  for (const [name, value] of Object.entries(fields)) {
    const shown = SECRETS.has(name) ? CENSORED : censorWithin(value, depth)
    if (shown !== value) censored = { ...(censored ?? fields), [name]: shown }
  }
  return (censored as Fields | undefined) ?? fields
}

function censorWithin(value: unknown, depth: number): unknown {
  // An error is read by its serializer.
  if (depth <= 1 || typeof value !== 'object' || value === null || value instanceof Error) return value
  if (!Array.isArray(value)) return censor(value, depth - 1)
  const shown = value.map((one) => censorWithin(one, depth - 1))
  return shown.every((one, index) => one === value[index]) ? value : shown
}

// The text is made in the same tick: a line is out before what comes after it, and there is no pipe to flush at the end.
function createTextDestination(destination: DestinationStream): DestinationStream {
  // Loaded here: only people read text, and it brings 29 modules.
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  const format = prettyFactory({
    colorize: false,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{if component}{component}: {end}{msg}',
    ignore: 'component',
  })
  return { write: (line) => destination.write(format(line)) }
}
