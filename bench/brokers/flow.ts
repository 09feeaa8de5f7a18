import { generate } from 'mqtt-packet'
import type { LoadClient } from './load-client.ts'

// More than any window, and far fewer than there are packet identifiers.
const FRAMES = 8192

export interface FlowOptions {
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly payloadBytes: number
  /** Messages that may be on their way. */
  readonly window: number
  /** How many of those sent have arrived, since the publisher's connection was opened. */
  readonly arrived: () => number
}

/** One publisher's messages, encoded beforehand and written many at once, as long as its window has room. */
export class Flow {
  readonly #publisher: LoadClient
  readonly #options: FlowOptions
  readonly #frames: Buffer
  readonly #frameLength: number
  #sent = 0
  #budget = 0

  constructor(publisher: LoadClient, options: FlowOptions) {
    const { topic, qos, payloadBytes } = options
    const payload = Buffer.alloc(payloadBytes, 'x')
    const encode = (messageId: number): Buffer =>
      generate({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, ...(qos > 0 ? { messageId } : {}) })
    this.#publisher = publisher
    this.#options = options
    this.#frames = Buffer.concat(Array.from({ length: FRAMES }, (_, index) => encode(index + 1)))
    this.#frameLength = this.#frames.length / FRAMES
  }

  get isIdle(): boolean {
    return this.#budget === 0 && this.#options.arrived() >= this.#sent
  }

  /** From now on so many more. */
  allow(messages: number): void {
    this.#budget = messages
    this.fill()
  }

  fill(): void {
    const { window, arrived } = this.#options
    const room = Math.min(this.#budget, window - (this.#sent - arrived()))
    // A device that has much to say writes much at once.
    if (room <= 0 || room < Math.min(this.#budget, window / 4)) return
    this.#budget -= room
    this.#write(this.#sent % FRAMES, room)
    this.#sent += room
  }

  #write(from: number, count: number): void {
    const here = Math.min(count, FRAMES - from)
    this.#publisher.socket.write(this.#frames.subarray(from * this.#frameLength, (from + here) * this.#frameLength))
    if (here < count) this.#write(0, count - here)
  }
}

/** Several flows that begin and end together. */
export class Load {
  readonly #flows: Flow[] = []
  #onIdle: (() => void) | undefined

  add(flow: Flow): void {
    this.#flows.push(flow)
  }

  /** To be called whenever something has arrived. */
  progress(): void {
    for (const flow of this.#flows) flow.fill()
    if (this.#onIdle && this.#flows.every(({ isIdle }) => isIdle)) this.#onIdle()
  }

  /** As fast as the windows allow; resolves when what was sent has arrived. */
  async runFor(milliseconds: number): Promise<void> {
    const idle = this.#start(Number.POSITIVE_INFINITY)
    setTimeout(() => {
      for (const flow of this.#flows) flow.allow(0)
      this.progress()
    }, milliseconds)
    await idle
  }

  async run(messagesEach: number): Promise<void> {
    await this.#start(messagesEach)
  }

  #start(messagesEach: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onIdle = resolve
    for (const flow of this.#flows) flow.allow(messagesEach)
    return promise
  }
}
