import type { Client } from 'aedes'
import type { Delivery } from '../delivery/delivery.ts'
import { type Frame, FrameCutter, type PublishFrame } from '../delivery/frame-cutter.ts'
import { type Acknowledgement, encodeAcknowledgements } from '../delivery/wire.ts'
import type { FrameViolation } from '../frame-meter.ts'
import type { Binding, Bindings } from './bindings.ts'
import type { Gatekeeper } from './gatekeeper.ts'

export interface FastPathOptions {
  readonly delivery: Delivery
  readonly bindings: Bindings
  readonly gatekeeper: Gatekeeper
  readonly packetBytes: number
  readonly topicLevels: number
}

/** What Aedes reads a client's bytes with; its declarations leave it out. */
export interface ReadingClient extends Pick<Client, 'conn' | 'closed' | 'connected' | 'emit'> {
  readonly _parser: {
    parse(bytes: Buffer): number
    prependListener(event: 'packet', listener: () => void): unknown
  }
  readonly _keepaliveTimer: NodeJS.Timeout | null
  _nextBatch: (error?: Error | null) => void
  _paused?: boolean
  pause(): void
  resume(): void
  waitForDrain(callback: (error: Error | null) => void): void
}

/** Takes over what a client says, before it has said CONNECT. */
export function openFastPath(
  client: Client,
  options: FastPathOptions,
  onViolation: (violation: FrameViolation) => void,
): void {
  const reading = client as unknown as ReadingClient
  const path = new FastPath(client, reading, options, onViolation)
  reading._parser.parse = (bytes) => path.take(bytes)
}

/**
 * Gives PUBLISH and the acknowledgements of one client straight to delivery, and everything else to Aedes; while Aedes is
 * at work on something, all that follows goes the same way, so that nothing overtakes it.
 */
class FastPath {
  readonly #client: Client
  readonly #reading: ReadingClient
  readonly #options: FastPathOptions
  readonly #onViolation: (violation: FrameViolation) => void
  readonly #cutter: FrameCutter
  readonly #parse: (bytes: Buffer) => number
  #binding: Binding | undefined
  #isCutting = false
  #isViolated = false
  /** Packets that Aedes has begun and not finished. */
  #inAedes = 0
  /** What the client is to be told, in the order of what it said; once the turn is settled, if anything waits for it. */
  #owed: Acknowledgement[] = []
  /** Identifiers of QoS 2 that the turn may yet lose. */
  #added: number[] = []
  #isWaiting = false

  constructor(
    client: Client,
    reading: ReadingClient,
    options: FastPathOptions,
    onViolation: (violation: FrameViolation) => void,
  ) {
    this.#client = client
    this.#reading = reading
    this.#options = options
    this.#onViolation = onViolation
    this.#cutter = new FrameCutter({ maxBytes: options.packetBytes, topicLevels: options.topicLevels })
    this.#parse = reading._parser.parse.bind(reading._parser)
    this.#watchAedes(reading)
  }

  /** In the place of the parser's own. */
  take(bytes: Buffer): number {
    this.#push(bytes)
    // Aedes may read on while it finishes a packet of ours: the loop that is running takes it.
    if (this.#isCutting) return 0
    this.#isCutting = true
    try {
      do this.#cut()
      while (this.#readOn())
    } finally {
      this.#isCutting = false
    }
    return 0
  }

  /** A stream that is filled while it is read may tell nobody: it is asked until it is empty. */
  #readOn(): boolean {
    if (this.#owed.length > 0 && !this.#isWaiting) this.#answer()
    if (this.#isViolated || !this.#isClear || this.#reading._paused) return false
    const bytes: Buffer | null = this.#client.conn.read()
    if (bytes) this.#push(bytes)
    return bytes !== null
  }

  #push(bytes: Buffer): void {
    this.#options.delivery.traffic.countRead(bytes.length, 0)
    this.#cutter.push(bytes)
  }

  #cut(): void {
    const { acceptance, traffic } = this.#options.delivery
    let hasHandled = false
    while (!this.#client.closed && !this.#isViolated && !acceptance.isClosed) {
      const frame = this.#cutter.next()
      if (frame === 'incomplete') break
      traffic.countRead(0, 1)
      if (typeof frame === 'string') {
        this.#isViolated = true
        this.#onViolation(frame)
        return
      }
      if (frame.kind === 'other' || !this.#isClear) this.#parse(this.#cutter.bytes)
      else {
        this.#handle(frame)
        hasHandled = true
      }
    }
    // [MQTT-3.1.2-24]
    if (hasHandled) this.#reading._keepaliveTimer?.refresh()
  }

  get #isClear(): boolean {
    return this.#inAedes === 0 && this.#client.connected && !this.#client.conn.destroyed
  }

  #handle(frame: Exclude<Frame, { readonly kind: 'other' }>): void {
    this.#binding ??= this.#options.bindings.of(this.#client)
    const binding = this.#binding
    if (!binding) return
    switch (frame.kind) {
      case 'publish':
        return this.#publish(frame, binding)
      case 'puback':
        return binding.session.acknowledge(frame.messageId, 1)
      case 'pubcomp':
        return binding.session.acknowledge(frame.messageId, 2)
      case 'pubrec':
        return this.#release(frame.messageId, binding)
      case 'pubrel':
        return this.#complete(frame.messageId, binding)
    }
  }

  #publish(frame: PublishFrame, binding: Binding): void {
    const { message, messageId } = frame
    const verdict = this.#options.gatekeeper.judgeTopic(this.#client, message.topic)
    if (verdict instanceof Error) return void this.#client.emit('error', verdict)
    try {
      if (verdict === 'granted' && this.#accept(frame, binding)) this.#wait()
    } catch (error) {
      binding.incoming.forget(messageId)
      this.#fail(error)
      return
    }
    if (message.qos > 0) this.#owed.push({ kind: message.qos === 1 ? 'puback' : 'pubrec', messageId })
  }

  /** Whether the client must not be told before the turn is settled. */
  #accept({ message, messageId }: PublishFrame, { session, incoming }: Binding): boolean {
    const { acceptance } = this.#options.delivery
    if (message.qos < 2) return acceptance.take(message, session)
    // [MQTT-4.3.3-2]: it came before, maybe in this very turn
    if (incoming.has(messageId)) return true
    this.#added.push(messageId)
    const { clientId, counts } = session
    return acceptance.take(message, { clientId, counts, incoming: { ids: incoming, messageId } })
  }

  /** PUBREC: a crash after PUBREL must not repeat the message. */
  #release(messageId: number, { session }: Binding): void {
    if (session.sid !== undefined) {
      session.release(messageId)
      this.#wait()
    }
    this.#owed.push({ kind: 'pubrel', messageId })
  }

  /** PUBREL: PUBCOMP frees the identifier for another message, which must not be taken for this one after a crash. */
  #complete(messageId: number, { incoming }: Binding): void {
    if (incoming.has(messageId)) {
      incoming.remove(messageId)
      this.#wait()
    }
    this.#owed.push({ kind: 'pubcomp', messageId })
  }

  #wait(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#options.delivery.turn.settled((error) => this.#settled(error))
  }

  #settled(error: Error | undefined): void {
    this.#isWaiting = false
    const added = this.#added
    this.#added = []
    if (!error) return this.#answer()
    this.#owed = []
    for (const messageId of added) this.#binding?.incoming.forget(messageId)
    if (!this.#client.closed) this.#fail(error)
  }

  #fail(error: unknown): void {
    this.#options.gatekeeper.reportUnkept(this.#client, error)
    this.#client.emit('error', error)
  }

  #answer(): void {
    const owed = this.#owed
    this.#owed = []
    this.#added = []
    this.#binding?.link.outbox.send(encodeAcknowledgements(owed), owed.length)
    if (this.#client.conn.writableNeedDrain) this.#restUntilDrain()
  }

  /** Who does not take our answers is not listened to. */
  #restUntilDrain(): void {
    const { _paused: isPaused } = this.#reading
    if (isPaused || this.#client.closed) return
    this.#reading.pause()
    this.#reading.waitForDrain((error) => {
      if (!error) this.#reading.resume()
    })
  }

  #watchAedes(reading: ReadingClient): void {
    const nextBatch = reading._nextBatch
    reading._parser.prependListener('packet', () => this.#inAedes++)
    // What Aedes calls when it has finished a packet.
    reading._nextBatch = (error) => {
      this.#inAedes--
      nextBatch(error)
    }
    // Calls it too, and has finished nothing.
    reading.resume = () => {
      reading._paused = false
      nextBatch()
    }
  }
}
