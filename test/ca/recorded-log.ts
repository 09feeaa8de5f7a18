import { Writable } from 'node:stream'
import { createLogger, type Logger } from '../../src/logger.ts'

/** A real logger whose lines can be read. */
export function recordedLog(): {
  readonly logger: Logger
  readonly lines: readonly { readonly level: string; readonly msg: string }[]
} {
  const lines: { level: string; msg: string }[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  return { logger: createLogger({ level: 'debug', format: 'json', stream }), lines }
}
