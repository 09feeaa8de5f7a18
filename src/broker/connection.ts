import type { Duplex } from 'node:stream'
import type { CutReason, DisconnectReason } from '../end-reason.ts'
import { type RequestFields, requestFields } from '../log-fields.ts'
import type { Peer } from '../peer-identity.ts'
import type { Surface } from '../refusal.ts'
import type { Grant } from '../registry/grant.ts'
import type { ConnectPacket } from './connect-packet.ts'

/** As TLS names them. */
export interface TlsSession {
  readonly version: string
  readonly cipher: string
}

/** A connection as the edge hands it on: over TLS, its handshake finished. */
export interface IncomingConnection {
  readonly socket: Duplex
  readonly address: string
  readonly peer: Peer
  /** What its handshake agreed on; none without TLS. */
  readonly tls?: () => TlsSession
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
  #cutReason: CutReason | undefined
  #hasTakenLeave = false
  #isExcused = false
  #endedBy: RequestFields | undefined
  #notedReason: DisconnectReason | undefined

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

  /** What its handshake agreed on; none without TLS. */
  get tls(): TlsSession | undefined {
    return this.#incoming.tls?.()
  }

  /** Known once its CONNECT was accepted. */
  get session(): Session | undefined {
    return this.#session
  }

  /** Why it was cut; nothing goes to it or comes from it any more, its will included. */
  get cutReason(): CutReason | undefined {
    return this.#cutReason
  }

  /** The request that ended it, where one did. */
  get endedBy(): RequestFields | undefined {
    return this.#endedBy
  }

  /** Whether its end is one that a client answers for: without DISCONNECT, and not by our doing. */
  get isLost(): boolean {
    return this.#session !== undefined && this.#cutReason === undefined && !this.#hasTakenLeave && !this.#isExcused
  }

  /** MQTT 3.1.1 §3.14: it said DISCONNECT. */
  takeLeave(): void {
    this.#hasTakenLeave = true
  }

  get isExcused(): boolean {
    return this.#isExcused
  }

  /** Its end is near, and ours to answer for. */
  excuse(): void {
    this.#isExcused = true
  }

  /** Why it ended, once it has: the first thing that was noted of it, unless it took leave. */
  get disconnectReason(): DisconnectReason {
    if (this.#cutReason !== undefined) return 'kicked'
    if (this.#hasTakenLeave) return 'normal'
    return this.#notedReason ?? (this.surface === 'mqtt' ? 'tcp_closed' : 'ssl_closed')
  }

  /** What is about to end it. */
  noteReason(reason: DisconnectReason): void {
    this.#notedReason ??= reason
  }

  /** Says a last word and closes; a peer that does not take it within a second is reset. */
  refuse(lastWord: Buffer | undefined): void {
    if (lastWord) this.#leave(lastWord)
    else if (!this.socket.destroyed) this.#incoming.reset()
  }

  /** Closes behind what was sent, and hears nothing more; a peer that does not close within a second is reset. */
  end(reason: CutReason): Promise<void> {
    this.#leave()
    this.#cutReason ??= reason
    this.#endedBy ??= requestFields()
    return this.closed
  }

  open(session: Session): void {
    this.#session = session
    this.#incoming.markOpen()
  }

  /** Ends it as if it were lost, its will said; that is no fault of its client. */
  kick(): Promise<void> {
    this.noteReason('kicked')
    this.#endedBy ??= requestFields()
    this.excuse()
    this.#incoming.reset()
    return this.closed
  }

  cut(reason: CutReason): Promise<void> {
    this.#cutReason ??= reason
    this.#endedBy ??= requestFields()
    this.#incoming.reset()
    return this.closed
  }

  #leave(lastWord?: Buffer): void {
    const { socket } = this
    if (socket.destroyed) return
    const timer = setTimeout(() => this.#incoming.reset(), LAST_WORD_MS)
    socket.once('close', () => clearTimeout(timer))
    // What lies unread when a socket closes makes the kernel reset it, and the last word would be lost with it.
    socket.removeAllListeners('readable')
    socket.resume()
    socket.end(lastWord)
  }
}

/** What an accepted CONNECT adds to a connection. */
export interface Session extends Grant, Omit<ConnectPacket, 'login'> {
  readonly connectedAt: Date
}
