import { Writable } from 'node:stream'

/** The log of a hub under test, kept in memory. */
export class LogSink extends Writable {
  readonly lines: Readonly<Record<string, unknown>>[] = []

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const line of chunk.toString().split('\n')) if (line !== '') this.lines.push(JSON.parse(line))
    done()
  }

  get text(): string {
    return this.lines.map((line) => JSON.stringify(line)).join('\n')
  }
}
