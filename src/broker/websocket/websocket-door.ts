import type { IncomingMessage } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import type { IncomingConnection } from '../connection.ts'
import { WebSocketStream } from './websocket-stream.ts'

// [MQTT-6.0.0-3]
const MQTT = 'mqtt'
// What clients of old ask for, and brokers take.
const MQTT_31 = 'mqttv3.1'

/** A request offers one of these, or is not taken. */
export const SUB_PROTOCOLS: readonly string[] = [MQTT, MQTT_31]

export interface WebSocketDoorOptions {
  readonly limits: { readonly connectBytes: number; readonly packetBytes: number }
  readonly onConnection: (connection: IncomingConnection) => void
}

/** A request for a WebSocket that has been judged, and the connection it came by. */
export interface WebSocketRequest {
  readonly request: IncomingMessage
  /** What was read behind the request. */
  readonly head: Buffer
  readonly connection: IncomingConnection
}

const KIB = 1024
// One message may hold many packets: MQTT.js in a browser gathers what waits into one.
const PACKETS_IN_ONE_MESSAGE = 4
// What one read may hold: clients need not wait for CONNACK.
const READ_AHEAD = 64 * KIB
const LEAST_CHUNKS = 4096
// In milliseconds.
const GOODBYE_TIMEOUT = 1000

/** Answers with 101 and hands the connection on, MQTT in WebSocket frames from there on (RFC 6455, MQTT 3.1.1 §6). */
export function createWebSocketDoor({ limits, onConnection }: WebSocketDoorOptions): (asked: WebSocketRequest) => void {
  return ({ request, head, connection }) => {
    // Asked for each: they may change while we run.
    const maxPayload = PACKETS_IN_ONE_MESSAGE * Math.max(limits.packetBytes, limits.connectBytes)
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload,
      // Half-received frames wait in pieces, and each costs more than its bytes.
      maxBufferedChunks: LEAST_CHUNKS + maxPayload / KIB,
      closeTimeout: GOODBYE_TIMEOUT,
      handleProtocols: (offered: ReadonlySet<string>) => (offered.has(MQTT) ? MQTT : MQTT_31),
    }
    new WebSocketServer(options).handleUpgrade(request, connection.socket, head, (webSocket) =>
      onConnection(wrap(webSocket, connection, limits.connectBytes + READ_AHEAD)),
    )
  }
}

function wrap(webSocket: WebSocket, connection: IncomingConnection, bytesBeforeOpen: number): IncomingConnection {
  const { socket, address, peer, tls } = connection
  const stream = new WebSocketStream(webSocket)
  let received = 0
  // The library holds a message until it is whole: a stranger's is bounded before that.
  const meter = (chunk: Buffer): void => {
    received += chunk.length
    if (received > bytesBeforeOpen) stream.refuseSize('more than a CONNECT')
  }
  socket.on('data', meter)
  return {
    socket: stream,
    address,
    peer,
    ...(tls ? { tls } : {}),
    markOpen() {
      socket.off('data', meter)
      connection.markOpen()
    },
    reset() {
      connection.reset()
      stream.forsake()
    },
  }
}
