import { once } from 'node:events'
import { connect, type SecureContext, type TLSSocket } from 'node:tls'
import { generate } from 'mqtt-packet'
import { FrameScanner } from './frame-scanner.ts'

/** Where a load client goes, and who it is. */
export interface Target {
  readonly port: number
  readonly secureContext: SecureContext
}

export interface LoadClientOptions {
  readonly clientId: string
  readonly clean?: boolean
  readonly session?: Buffer
  readonly onSession?: (session: Buffer) => void
  /** What it is called with after each chunk. */
  readonly onProgress?: () => void
  /** Each PUBLISH, where it lies in the bytes. */
  readonly onPublish?: (bytes: Buffer, body: number, end: number) => void
}

const TYPE = { connack: 2, publish: 3, puback: 4, pubrec: 5, pubrel: 6, pubcomp: 7, suback: 9 } as const

// MQTT 3.1.1 §4.3: first octets of the answers
const PUBACK = 0x40
const PUBREC = 0x50
const PUBREL = 0x62
const PUBCOMP = 0x70

/** A client that does nothing but count: it must never be what is measured. */
export class LoadClient {
  readonly socket: TLSSocket
  readonly received: number[] = new Array(16).fill(0)
  readonly #options: LoadClientOptions
  #answers: number[] = []

  private constructor(socket: TLSSocket, options: LoadClientOptions) {
    this.socket = socket
    this.#options = options
    const scanner = new FrameScanner((bytes, start, body, end) => this.#take(bytes, start, body, end))
    socket.on('data', (chunk) => {
      scanner.push(chunk)
      if (this.#answers.length > 0) {
        socket.write(Buffer.from(this.#answers))
        this.#answers = []
      }
      options.onProgress?.()
    })
  }

  /** Handshake, CONNECT and CONNACK. */
  static async open({ port, secureContext }: Target, options: LoadClientOptions): Promise<LoadClient> {
    const { clientId, clean = true, session, onSession } = options
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      secureContext,
      ...(session === undefined ? {} : { session }),
    })
    socket.setNoDelay(true)
    if (onSession) socket.once('session', onSession)
    await once(socket, 'secureConnect')
    socket.on('error', () => undefined)
    const client = new LoadClient(socket, options)
    const connack = client.#next(TYPE.connack)
    socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean, clientId, keepalive: 0 }))
    await connack
    return client
  }

  /** Messages that have come to it. */
  get delivered(): number {
    return this.received[TYPE.publish] ?? 0
  }

  /** Its own messages that the broker has taken over. */
  get acknowledged(): number {
    return (this.received[TYPE.puback] ?? 0) + (this.received[TYPE.pubcomp] ?? 0)
  }

  async subscribe(topic: string, qos: 0 | 1 | 2): Promise<void> {
    const suback = this.#next(TYPE.suback)
    this.socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] }))
    await suback
  }

  /** In good order; resolves when the broker has closed too. */
  async close(): Promise<void> {
    if (this.socket.destroyed) return
    // Not `once`, which rejects at a reset: an end like another.
    const closed = new Promise((resolve) => this.socket.once('close', resolve))
    this.socket.end(generate({ cmd: 'disconnect' }))
    this.socket.resume()
    await closed
  }

  async #next(type: number): Promise<void> {
    const before = this.received[type] ?? 0
    while ((this.received[type] ?? 0) === before) {
      await once(this.socket, 'data')
    }
  }

  #take(bytes: Buffer, start: number, body: number, end: number): void {
    const first = bytes[start] ?? 0
    const type = first >> 4
    this.received[type] = (this.received[type] ?? 0) + 1
    if (type === TYPE.publish) {
      const qos = (first >> 1) & 3
      if (qos > 0) this.#answer(qos === 1 ? PUBACK : PUBREC, bytes, body + 2 + bytes.readUInt16BE(body))
      this.#options.onPublish?.(bytes, body, end)
    } else if (type === TYPE.pubrec) this.#answer(PUBREL, bytes, body)
    else if (type === TYPE.pubrel) this.#answer(PUBCOMP, bytes, body)
  }

  #answer(first: number, bytes: Buffer, messageId: number): void {
    this.#answers.push(first, 2, bytes[messageId] ?? 0, bytes[messageId + 1] ?? 0)
  }
}
