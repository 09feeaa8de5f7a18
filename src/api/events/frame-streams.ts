import { type GuardedExchange, GuardedExchanges } from '../proxy/guarded-exchanges.ts'

/** What one reader is sent, in the frames of text/event-stream (WHATWG HTML §9.2.6). */
export interface Frames {
  /** What there is now, not more than a reader is sent at once; empty: nothing yet. */
  next(): string
  /** Keeps the connection open. */
  heartbeat(): string
  /** Told that there is more. */
  onChange(listener: () => void): Disposable
  /** Nobody reads any more. */
  end?(): void
}

export interface FrameStreamsOptions {
  /** Told when what is to be sent cannot be read. */
  readonly onFailure: (error: unknown) => void
  /** In milliseconds. */
  readonly times?: StreamTimes | undefined
}

export interface StreamTimes {
  /** Between signs of life, where nothing happens. */
  readonly heartbeat: number
  /** For a reader to take what it was sent. */
  readonly patience: number
}

export interface StreamReader {
  readonly judge: GuardedExchange['judge']
  /** Told that it has lost the right to hear more. */
  readonly onRefused: GuardedExchange['end']
  /** Closes its connection. */
  readonly abort: () => void
}

const TIMES: StreamTimes = { heartbeat: 15_000, patience: 30_000 }
// WHATWG HTML §9.2.6: how long a browser waits before it comes again
export const RETRY = 'retry: 3000\n'

/**
 * Streams without an end. Each reader is given as much as it takes, so that a slow one costs no memory but what it was sent
 * last; one that takes nothing is closed, and none outlives its right to listen.
 */
export class FrameStreams implements Disposable {
  readonly #onFailure: FrameStreamsOptions['onFailure']
  readonly #times: StreamTimes
  readonly #guarded = new GuardedExchanges()
  readonly #open = new Set<FrameStream>()
  #isClosed = false

  constructor({ onFailure, times = TIMES }: FrameStreamsOptions) {
    this.#onFailure = onFailure
    this.#times = times
  }

  get size(): number {
    return this.#open.size
  }

  /** `begin` is called when somebody begins to read; where it gives nothing, the stream ends. */
  open(
    begin: () => Frames | undefined,
    { judge, onRefused, abort }: StreamReader,
    greeting = `${RETRY}\n`,
  ): ReadableStream<Uint8Array> {
    const stream = new FrameStream(begin, greeting, this.#times, {
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

interface StreamEnds extends Pick<FrameStreamsOptions, 'onFailure'> {
  readonly abort: () => void
  /** Told when somebody begins to read. */
  readonly onStart: () => void
  readonly onEnd: () => void
}

class FrameStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly #begin: () => Frames | undefined
  readonly #times: StreamTimes
  readonly #ends: StreamEnds
  #frames: Frames | undefined
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #wake: (() => void) | undefined
  #stall: NodeJS.Timeout | undefined
  #isOver = false

  constructor(begin: () => Frames | undefined, greeting: string, times: StreamTimes, ends: StreamEnds) {
    this.#begin = begin
    this.#times = times
    this.#ends = ends
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller
          controller.enqueue(Buffer.from(greeting))
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
    try {
      const frames = this.#start()
      if (!frames) this.finish()
      if (!frames || this.#isOver) return
      const text = frames.next() || (await this.#waitForNews(frames))
      if (this.#isOver) return
      this.#controller?.enqueue(Buffer.from(text))
      this.#stall = setTimeout(() => this.cut(), this.#times.patience).unref()
    } catch (error) {
      // It cannot be read now: the reader resumes where it was.
      this.#ends.onFailure(error)
      this.cut()
    }
  }

  #start(): Frames | undefined {
    if (this.#frames) return this.#frames
    this.#frames = this.#begin()
    if (this.#frames) this.#ends.onStart()
    return this.#frames
  }

  /** The frames of what has happened, or a sign of life. */
  async #waitForNews(frames: Frames): Promise<string> {
    let isSilent = false
    const timer = setTimeout(() => {
      isSilent = true
      this.#wake?.()
    }, this.#times.heartbeat).unref()
    using _listening = frames.onChange(() => this.#wake?.())
    for (;;) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      const text = this.#isOver ? '' : frames.next()
      if (text === '' && !isSilent && !this.#isOver) continue
      clearTimeout(timer)
      return text || frames.heartbeat()
    }
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#stall)
    this.#wake?.()
    this.#frames?.end?.()
    this.#ends.onEnd()
  }
}
