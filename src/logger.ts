import { createRequire } from 'node:module'
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'

export type { Logger } from 'pino'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export interface LoggerOptions {
  readonly level: (typeof LOG_LEVELS)[number]
  readonly format: 'json' | 'text'
  readonly stream: { write(text: string): unknown }
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
  return pino(
    {
      level,
      base: null,
      serializers: { err: (error) => censor(stdSerializers.err(error)) },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Not `redact`, whose patterns cost as much as a tenth of a handshake for each line.
      formatters: { level: (label) => ({ level: label }), log: censor },
      ...(around ? { mixin: () => ({ ...around() }) } : {}),
    },
    format === 'json' ? { write: (line) => void stream.write(line) } : createTextDestination(stream),
  )
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
