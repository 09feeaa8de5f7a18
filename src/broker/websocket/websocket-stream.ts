import { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { StreamViolation } from '../stream-violation.ts'

// RFC 6455 §7.4.1
const NORMAL = 1000
const UNSUPPORTED_DATA = 1003
const MESSAGE_TOO_BIG = 1009

/**
 * The bytes of a WebSocket's binary messages, whatever their borders ([MQTT-6.0.0-2]); each write is one frame. It ends
 * when its peer ends, as a TCP socket here does.
 */
export class WebSocketStream extends Duplex {
  readonly #webSocket: WebSocket

  constructor(webSocket: WebSocket) {
    super({ allowHalfOpen: false })
    this.#webSocket = webSocket
    webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    webSocket.on('error', (error) => this.destroy(violationOf(error)))
    webSocket.once('close', () => void (this.destroyed || this.push(null)))
  }

  /** The peer sends more than it may, and nothing is read of what it goes on sending. */
  refuseSize(message: string): void {
    this.#webSocket.pause()
    this.#violate('packet_too_large', MESSAGE_TOO_BIG, message)
  }

  /** What comes when the connection under it was reset: it ends without what was not read. */
  forsake(): void {
    if (this.#webSocket.readyState === this.#webSocket.CLOSED) this.destroy()
    else this.#webSocket.once('close', () => this.destroy())
  }

  override _read(): void {
    if (this.#webSocket.isPaused) this.#webSocket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    // After its goodbye a peer listens no more; its session hears of that when the connection is closed.
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return callback()
    this.#webSocket.send(chunk, { binary: true }, callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#webSocket.close(NORMAL)
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const webSocket = this.#webSocket
    if (webSocket.readyState === webSocket.CLOSED) return callback(error)
    webSocket.once('close', () => callback(error))
    // Who broke the rules is told which by a close frame; the library ends the wait for its answer.
    if (!(error instanceof StreamViolation)) webSocket.terminate()
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.destroyed) return
    // [MQTT-6.0.0-1]
    if (!isBinary) return this.#violate('websocket_invalid', UNSUPPORTED_DATA, 'a text frame')
    // A Buffer: the library makes the other kinds of data only where it is told to.
    if (!this.push(data)) this.#webSocket.pause()
  }

  #violate(violation: StreamViolation['violation'], code: number, message: string): void {
    if (this.destroyed) return
    this.#webSocket.close(code)
    this.destroy(new StreamViolation(violation, message))
  }
}

/** Of an error that the library has answered with a close frame: RFC 6455 is broken, or maxPayload. */
function violationOf(error: Error & { readonly code?: string }): StreamViolation {
  const isSize = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
  return new StreamViolation(isSize ? 'packet_too_large' : 'websocket_invalid', error.message)
}
