import type { EventFilter } from '../../events/event-filter.ts'
import { type GuardedExchange, GuardedExchanges } from '../proxy/guarded-exchanges.ts'
import { EventFrames, type ReadableLog } from './event-frames.ts'

export interface EventStreamsOptions {
  readonly log: ReadableLog
  /** Told when the log cannot be read. */
  readonly onFailure: (error: unknown) => void
  /** In milliseconds. */
  readonly times?: EventStreamTimes
}

export interface EventStreamTimes {
  /** Between signs of life, where nothing happens. */
  readonly heartbeat: number
  /** For a reader to take what it was sent. */
  readonly patience: number
}

export interface EventReader {
  readonly filter: EventFilter
  /** The last event it has seen; none: it wants those to come. */
  readonly after: number | undefined
  readonly judge: GuardedExchange['judge']
  /** Told that it has lost the right to hear more. */
  readonly onRefused: GuardedExchange['end']
  /** Closes its connection. */
  readonly abort: () => void
}

const TIMES: EventStreamTimes = { heartbeat: 15_000, patience: 30_000 }

/**
 * Those who listen to what happens. Each is given as much as it takes, from the log, so that a slow one costs no memory
 * but what it was sent last; one that takes nothing is closed, and none outlives its right to listen.
 */
export class EventStreams implements Disposable {
  readonly #log: ReadableLog
  readonly #onFailure: EventStreamsOptions['onFailure']
  readonly #times: EventStreamTimes
  readonly #guarded = new GuardedExchanges()
  readonly #open = new Set<EventStream>()
  #isClosed = false

  constructor({ log, onFailure, times = TIMES }: EventStreamsOptions) {
    this.#log = log
    this.#onFailure = onFailure
    this.#times = times
  }

  get size(): number {
    return this.#open.size
  }

  open({ filter, after, judge, onRefused, abort }: EventReader): ReadableStream<Uint8Array> {
    const stream = new EventStream(this.#log, new EventFrames(this.#log, filter, after), this.#times, {
      abort,
      onFailure: this.#onFailure,
      // Not before: the answer to HEAD is one that nobody ever reads.
      onStart: () => {
        this.#open.add(stream)
        this.#guarded.add(guarded)
        const refusal = judge()
        if (refusal) guarded.end(refusal)
        else if (this.#isClosed) stream.finish()
      },
      onEnd: () => {
        this.#guarded.delete(guarded)
        this.#open.delete(stream)
      },
    })
    const guarded: GuardedExchange = {
      judge,
      end(refusal) {
        onRefused(refusal)
        stream.cut()
      },
    }
    return stream.readable
  }

  /** Those who would be refused now. */
  endRefused(): void {
    this.#guarded.endRefused()
  }

  /** Each comes again when the hub is back. */
  [Symbol.dispose](): void {
    this.#isClosed = true
    for (const stream of this.#open) stream.finish()
  }
}

interface StreamEnds extends Pick<EventStreamsOptions, 'onFailure'> {
  readonly abort: () => void
  /** Told when somebody begins to read. */
  readonly onStart: () => void
  readonly onEnd: () => void
}

class EventStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly #log: ReadableLog
  readonly #frames: EventFrames
  readonly #times: EventStreamTimes
  readonly #ends: StreamEnds
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #wake: (() => void) | undefined
  #stall: NodeJS.Timeout | undefined
  #hasStarted = false
  #isOver = false

  constructor(log: ReadableLog, frames: EventFrames, times: EventStreamTimes, ends: StreamEnds) {
    this.#log = log
    this.#frames = frames
    this.#times = times
    this.#ends = ends
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller
          controller.enqueue(Buffer.from(frames.greeting()))
        },
        pull: () => this.#fill(),
        cancel: () => this.#end(),
      },
      // Nothing is read ahead of the reader.
      { highWaterMark: 0 },
    )
  }

  finish(): void {
    if (!this.#isOver) this.#controller?.close()
    this.#end()
  }

  /** What waits to be sent is not. */
  cut(): void {
    this.#ends.abort()
    this.finish()
  }

  async #fill(): Promise<void> {
    clearTimeout(this.#stall)
    this.#start()
    if (this.#isOver) return
    try {
      const frames = this.#frames.next() || (await this.#waitForNews())
      if (this.#isOver) return
      this.#controller?.enqueue(Buffer.from(frames))
      this.#stall = setTimeout(() => this.cut(), this.#times.patience).unref()
    } catch (error) {
      // The log cannot be read now: the reader resumes where it was.
      this.#ends.onFailure(error)
      this.cut()
    }
  }

  #start(): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    this.#ends.onStart()
  }

  /** The frames of what has happened, or a sign of life. */
  async #waitForNews(): Promise<string> {
    let isSilent = false
    const timer = setTimeout(() => {
      isSilent = true
      this.#wake?.()
    }, this.#times.heartbeat).unref()
    using _listening = this.#log.onChange(() => this.#wake?.())
    for (;;) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      const frames = this.#isOver ? '' : this.#frames.next()
      if (frames === '' && !isSilent && !this.#isOver) continue
      clearTimeout(timer)
      return frames || this.#frames.heartbeat()
    }
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#stall)
    this.#wake?.()
    this.#ends.onEnd()
  }
}
