import type { EventFilter } from '../../events/event-filter.ts'
import { EventFrames, type ReadableLog } from './event-frames.ts'
import { FrameStreams, type FrameStreamsOptions, type StreamReader } from './frame-streams.ts'

export interface EventStreamsOptions extends FrameStreamsOptions {
  readonly log: ReadableLog
}

export interface EventReader extends StreamReader {
  readonly filter: EventFilter
  /** The last event it has seen; none: it wants those to come. */
  readonly after: number | undefined
}

/** Those who listen to what happens, each from its place in the log. */
export class EventStreams implements Disposable {
  readonly #log: ReadableLog
  readonly #streams: FrameStreams

  constructor({ log, ...options }: EventStreamsOptions) {
    this.#log = log
    this.#streams = new FrameStreams(options)
  }

  get size(): number {
    return this.#streams.size
  }

  open({ filter, after, ...reader }: EventReader): ReadableStream<Uint8Array> {
    // Made now: who wants what is to come means from this moment on.
    const frames = new EventFrames(this.#log, filter, after)
    return this.#streams.open(() => frames, reader, frames.greeting())
  }

  /** Those who would be refused now. */
  endRefused(): void {
    this.#streams.endRefused()
  }

  /** Each comes again when the hub is back. */
  [Symbol.dispose](): void {
    this.#streams[Symbol.dispose]()
  }
}
