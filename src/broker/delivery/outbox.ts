import type { Duplex } from 'node:stream'
import type { Traffic } from '../traffic.ts'
import type { Turn } from './turn.ts'

export interface OutboxOptions {
  readonly turn: Pick<Turn, 'flushLater'>
  /** Of a connection that was cut nothing is sent any more. */
  readonly isCut: () => boolean
  readonly onDrain: () => void
  readonly traffic: Pick<Traffic, 'countWritten' | 'countPacketsSent'>
  readonly bounds?: OutboxBounds
}

export interface OutboxBounds {
  /** From here on the client is behind: QoS 0 is dropped and nothing else is begun. */
  readonly behindBytes: number
  /** Here it is given up. */
  readonly lostBytes: number
}

/** The error of a client that is given up. */
export const NOT_READING = 'the client does not read'

const MIB = 1024 * 1024
const BOUNDS: OutboxBounds = { behindBytes: MIB, lostBytes: 8 * MIB }

/**
 * What goes to one socket, in one write for each turn. It takes the socket's own `write` over, so that what Aedes sends
 * goes the same way and keeps its place.
 */
export class Outbox {
  readonly #socket: Duplex
  readonly #options: OutboxOptions
  readonly #bounds: OutboxBounds
  readonly #write: (bytes: Buffer) => boolean
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** Found behind in this turn, in which no socket takes anything. */
  #wasBehind = false

  constructor(socket: Duplex, options: OutboxOptions) {
    this.#socket = socket
    this.#options = options
    this.#bounds = options.bounds ?? BOUNDS
    this.#write = socket.write.bind(socket)
    this.#takeOver(socket)
    socket.on('drain', () => {
      this.#wasBehind = false
      options.onDrain()
    })
  }

  /** Its reader takes less than it is sent, or is gone. */
  get isBehind(): boolean {
    if (this.#wasBehind) return true
    if (!this.#isClosed && this.#backlog <= this.#bounds.behindBytes) return false
    // For the rest of the turn: whoever reads nothing is asked for with each message of the others.
    this.#wasBehind = true
    this.#options.turn.flushLater(this)
    return true
  }

  get #isClosed(): boolean {
    return this.#socket.destroyed || this.#socket.writableEnded || this.#options.isCut()
  }

  get #backlog(): number {
    return this.#socket.writableLength + this.#pendingBytes
  }

  /** Whole packets, and how many. */
  send(bytes: Buffer, packets = 1): void {
    if (this.#isClosed) return
    this.#options.traffic.countPacketsSent(packets)
    this.#push(bytes)
  }

  #push(bytes: Buffer): void {
    if (this.#isClosed) return
    // Judged before this one is added: a single message may be larger than the bound.
    if (this.#backlog > this.#bounds.lostBytes) {
      this.#socket.destroy(new Error(NOT_READING))
      return
    }
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    this.#options.turn.flushLater(this)
  }

  flush(): void {
    const bytes = this.#pending.length === 1 ? this.#pending[0] : Buffer.concat(this.#pending, this.#pendingBytes)
    this.#pending = []
    this.#pendingBytes = 0
    this.#wasBehind = false
    if (!bytes || bytes.length === 0 || this.#isClosed) return
    this.#options.traffic.countWritten(bytes.length)
    this.#write(bytes)
  }

  #takeOver(socket: Duplex): void {
    const destroy = socket.destroy.bind(socket)
    // All its forms are handed on as they come.
    const end = socket.end.bind(socket) as (...parameters: unknown[]) => Duplex
    // mqtt-packet corks for each packet and uncorks in the same tick, which collects nothing, but tells of each packet.
    socket.cork = () => this.#options.traffic.countPacketsSent(1)
    socket.uncork = () => undefined
    const write = (chunk: Buffer | string, encoding?: BufferEncoding): boolean => {
      // As a socket's own: what has no bytes is an error of the caller's, here and now.
      this.#push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding))
      // False promises a "drain", which comes only when the real write has said so too.
      return !socket.writableNeedDrain
    }
    socket.write = write as typeof socket.write
    socket.end = (...parameters: unknown[]) => {
      this.flush()
      return end(...parameters)
    }
    socket.destroy = (error?: Error) => {
      if (!socket.destroyed && error === undefined) this.flush()
      return destroy(error)
    }
  }
}
