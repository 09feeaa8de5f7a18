import { type GuardedExchange, GuardedExchanges } from '../proxy/guarded-exchanges.ts'
import { createTurns } from '../request/turns.ts'

/** What one reader is sent, in the frames of text/event-stream (WHATWG HTML §9.2.6). */
export interface Frames {
  /** What there is now, not more than a reader is sent at once; empty: nothing yet; none: ask again in another turn. */
  next(): string | undefined
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
  // Of all readers together: many come again at once, when the hub is back.
  readonly #takeTurn = createTurns()
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
      takeTurn: this.#takeTurn,
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

interface StreamSurroundings extends Pick<FrameStreamsOptions, 'onFailure'> {
  readonly abort: () => void
  /** Calls back in this turn of the event loop or a later one, one stream a turn. */
  readonly takeTurn: (work: () => void) => void
  /** Told when somebody begins to read. */
  readonly onStart: () => void
  readonly onEnd: () => void
}

class FrameStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly #begin: () => Frames | undefined
  readonly #times: StreamTimes
  readonly #around: StreamSurroundings
  #frames: Frames | undefined
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #wake: (() => void) | undefined
  #stall: NodeJS.Timeout | undefined
  #isOver = false

  constructor(begin: () => Frames | undefined, greeting: string, times: StreamTimes, around: StreamSurroundings) {
    this.#begin = begin
    this.#times = times
    this.#around = around
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
    this.#around.abort()
    this.finish()
  }

  async #fill(): Promise<void> {
    clearTimeout(this.#stall)
    try {
      const frames = this.#start()
      if (!frames) this.finish()
      if (!frames || this.#isOver) return
      const text = await this.#waitForNews(frames)
      if (this.#isOver) return
      this.#controller?.enqueue(Buffer.from(text))
      this.#stall = setTimeout(() => this.cut(), this.#times.patience).unref()
    } catch (error) {
      // It cannot be read now: the reader resumes where it was.
      this.#around.onFailure(error)
      this.cut()
    }
  }

  #start(): Frames | undefined {
    if (this.#frames) return this.#frames
    this.#frames = this.#begin()
    if (this.#frames) this.#around.onStart()
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
    try {
      for (;;) {
        // Before the look: what happens meanwhile is looked for too.
        const { promise, resolve } = Promise.withResolvers<void>()
        this.#wake = resolve
        const text = await this.#look(frames)
        if (text !== '' || this.#isOver) return text
        if (isSilent) return frames.heartbeat()
        await promise
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** What there is, however far it lies from what the reader has seen; empty: nothing yet. */
  async #look(frames: Frames): Promise<string> {
    while (!this.#isOver) {
      const text = frames.next()
      if (text !== undefined) return text
      await new Promise<void>(this.#around.takeTurn)
    }
    return ''
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#stall)
    this.#wake?.()
    this.#frames?.end?.()
    this.#around.onEnd()
  }
}
