import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Peer } from '../peer-identity.ts'
import { createEntrance, type Entrant } from './entrance.ts'
import { sniffTls } from './first-byte.ts'
import type { DoorOptions } from './mqtt-door.ts'
import { createSecureServer, type SecureConnection } from './secure-server.ts'

export interface HttpDoorOptions extends DoorOptions {
  /** A socket that speaks HTTP from here on, within TLS or plain. */
  readonly onConnection: (socket: Socket) => void
}

/** One port, HTTPS and plain HTTP told apart by the first byte. */
export interface HttpDoor {
  /** What the API's listener calls for each socket. */
  enter(raw: Socket): void
  /** Calls with the handshake behind a socket that was handed on, half-open until it is marked; a plain socket has none. */
  withConnection(socket: Duplex, use: (connection: SecureConnection) => void): void
  /** Who showed what in the handshake of such a socket. */
  peerOf(socket: Duplex): Peer
}

export function createHttpDoor(options: HttpDoorOptions): HttpDoor {
  const { limits, sockets, recordRefusal, handshakeSeconds, onConnection } = options
  const connections = new WeakMap<Duplex, SecureConnection>()
  const secure = createSecureServer({
    ...options,
    surface: 'https',
    alpnProtocols: ['http/1.1'],
    onConnection(connection) {
      connections.set(connection.socket, connection)
      onConnection(connection.socket)
    },
  })
  const enter = createEntrance({
    surface: 'https',
    limits,
    sockets,
    recordRefusal,
    onEntrant: (entrant) => void sniff(entrant),
  })
  return {
    enter: (raw) => void enter(raw),
    withConnection(socket, use) {
      const connection = connections.get(socket)
      if (connection) use(connection)
    },
    peerOf: (socket) => connections.get(socket)?.peer ?? {},
  }

  async function sniff(entrant: Entrant): Promise<void> {
    const isTls = await sniffTls(entrant.raw, handshakeSeconds * 1000)
    if (isTls) return secure.accept(entrant)
    entrant.markOpen()
    if (isTls === false) onConnection(entrant.raw)
  }
}
