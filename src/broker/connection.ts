import type { Duplex } from 'node:stream'
import type { Peer } from '../peer-identity.ts'
import type { Surface } from '../refusal.ts'
import type { Grant } from '../registry/grant.ts'

/** A connection as the edge hands it on: over TLS, its handshake finished. */
export interface IncomingConnection {
  readonly socket: Duplex
  readonly address: string
  readonly peer: Peer
  markOpen(): void
  /** Closes at once; what has not been sent yet is thrown away. */
  reset(): void
}

const LAST_WORD_MS = 1000

/** A peer from its handshake to its socket's end; who it is may be known before it has said CONNECT. */
export class Connection {
  readonly socket: Duplex
  readonly address: string
  readonly peer: Peer
  readonly surface: Surface
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>
  readonly #incoming: IncomingConnection
  #session: Session | undefined
  #cutReason: string | undefined

  constructor(incoming: IncomingConnection, surface: Surface) {
    this.socket = incoming.socket
    this.address = incoming.address
    this.peer = incoming.peer
    this.surface = surface
    this.#incoming = incoming
    // A peer that breaks off is no failure of ours; without a listener it would end the process.
    this.socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
  }

  get fingerprint(): string | undefined {
    return this.peer.certificate?.fingerprint
  }

  /** Known once its CONNECT was accepted. */
  get session(): Session | undefined {
    return this.#session
  }

  /** Why it was cut; nothing goes to it or comes from it any more, its will included. */
  get cutReason(): string | undefined {
    return this.#cutReason
  }

  /** Says a last word and closes; a peer that does not take it within a second is reset. */
  refuse(lastWord: Buffer | undefined): void {
    const { socket } = this
    if (socket.destroyed) return
    const timer = setTimeout(() => this.#break(), LAST_WORD_MS)
    socket.once('close', () => clearTimeout(timer))
    // What lies unread when a socket closes makes the kernel reset it, and the last word would be lost with it.
    socket.resume()
    if (lastWord) socket.end(lastWord)
    else this.#incoming.reset()
  }

  open(session: Session): void {
    this.#session = session
    this.#incoming.markOpen()
  }

  cut(reason: string): Promise<void> {
    this.#cutReason ??= reason
    this.#break()
    return this.closed
  }

  #break(): void {
    const { writableEnded, writableLength } = this.socket
    // libuv resets no socket that is shutting down (EINVAL), and Node would never close it then.
    if (writableEnded && writableLength === 0) this.socket.destroy()
    else this.#incoming.reset()
  }
}

/** What an accepted CONNECT adds to a connection. */
export interface Session extends Grant {
  readonly clientId: string
  readonly cleanSession: boolean
}
