import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Peer } from '../peer-identity.ts'
import type { Entrant } from './entrance.ts'
import type { SecureConnection } from './secure-server.ts'

/** The sockets that speak HTTP, and what is known of each though HTTP does not say it. */
export interface HttpSockets {
  /** Stays half-open until it is marked. */
  takeSecure(connection: SecureConnection): void
  takePlain(entrant: Entrant): void
  /** The client's own, whatever proxies stand between. */
  addressOf(socket: Duplex): string
  /** What it has shown in its handshake; nothing without one. */
  peerOf(socket: Duplex): Peer
  /** Calls with the handshake behind a socket; a plain one has none. */
  withConnection(socket: Duplex, use: (connection: SecureConnection) => void): void
}

/** `onSocket` is called for each as it is taken. */
export function createHttpSockets(onSocket: (socket: Socket) => void): HttpSockets {
  const addresses = new WeakMap<Duplex, string>()
  const connections = new WeakMap<Duplex, SecureConnection>()
  return {
    takeSecure(connection) {
      const { socket, address } = connection
      addresses.set(socket, address)
      connections.set(socket, connection)
      onSocket(socket)
    },
    takePlain({ raw, address, markOpen }) {
      markOpen()
      addresses.set(raw, address)
      onSocket(raw)
    },
    addressOf: (socket) => addresses.get(socket) ?? 'unknown',
    peerOf: (socket) => connections.get(socket)?.peer ?? {},
    withConnection(socket, use) {
      const connection = connections.get(socket)
      if (connection) use(connection)
    },
  }
}
