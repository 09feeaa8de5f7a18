import type { Duplex } from 'node:stream'
import type { RefusalCause } from '../refusal.ts'
import { type ConnectReading, readConnectPacket } from './connect-packet.ts'
import { type FixedHeader, readFixedHeader } from './fixed-header.ts'
import { StreamViolation } from './stream-violation.ts'

const CONNECT = 1

export interface ConnectGateOptions {
  readonly maxBytes: number
  readonly deadlineMs: number
}

export type ConnectFailure = Extract<
  RefusalCause,
  | 'connect_invalid'
  | 'connect_timeout'
  | 'connect_too_large'
  | 'http_on_mqtt_port'
  | 'tls_on_plain_port'
  | 'websocket_invalid'
>

export type FirstFrame =
  | { readonly reading: Exclude<ConnectReading, 'invalid'>; readonly bytes: Buffer }
  | { readonly failure: ConnectFailure }
  | { readonly gone: true }

/**
 * Reads a connection's first frame, which must be a CONNECT ([MQTT-3.1.0-1]), and judges it at its fixed header: nothing
 * beyond the limit is ever held. `bytes` are all that was read, what follows the CONNECT included. Calls back once.
 */
export function awaitConnect(
  socket: Duplex,
  { maxBytes, deadlineMs }: ConnectGateOptions,
  onFrame: (frame: FirstFrame) => void,
): void {
  let bytes: Buffer = Buffer.alloc(0)
  const timer = setTimeout(() => settle({ failure: 'connect_timeout' }), deadlineMs)
  socket.on('readable', onReadable)
  socket.on('close', onGone)

  function onReadable(): void {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    const frame = judge(bytes, maxBytes)
    if (frame) settle(frame)
  }

  function onGone(): void {
    const failure = failureOf(socket.errored)
    settle(failure ? { failure } : { gone: true })
  }

  function settle(frame: FirstFrame): void {
    clearTimeout(timer)
    socket.off('readable', onReadable)
    socket.off('close', onGone)
    onFrame(frame)
  }
}

/** What the layer below MQTT found. */
function failureOf(error: Error | null): ConnectFailure | undefined {
  if (!(error instanceof StreamViolation)) return undefined
  return error.violation === 'packet_too_large' ? 'connect_too_large' : error.violation
}

function judge(bytes: Buffer, maxBytes: number): FirstFrame | undefined {
  const header = readFixedHeader(bytes)
  if (header === 'malformed' || !isConnectStart(bytes)) return { failure: recogniseOther(bytes) }
  if (header === 'incomplete') return undefined
  const length = frameLength(header)
  if (length > maxBytes) return { failure: 'connect_too_large' }
  if (bytes.length < length) return undefined
  const reading = readConnectPacket(bytes.subarray(0, length), header.headerLength)
  return reading === 'invalid' ? { failure: 'connect_invalid' } : { reading, bytes }
}

// MQTT 3.1.1 §3.1.1: type 1, reserved flags 0; judged by the first byte so that a stranger's flood ends there
function isConnectStart(bytes: Buffer): boolean {
  return bytes[0] === CONNECT << 4
}

// RFC 9112 §3.1: a method and a space. RFC 8446 §5.1: the content type of a handshake.
const HTTP_REQUEST = /^[A-Z]+(?: |$)/
const TLS_HANDSHAKE = 0x16

function recogniseOther(bytes: Buffer): ConnectFailure {
  const start = bytes.toString('latin1', 0, 16)
  if (HTTP_REQUEST.test(start)) return 'http_on_mqtt_port'
  return bytes[0] === TLS_HANDSHAKE ? 'tls_on_plain_port' : 'connect_invalid'
}

function frameLength({ headerLength, remainingLength }: FixedHeader): number {
  return headerLength + remainingLength
}
