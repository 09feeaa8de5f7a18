import type { Socket } from 'node:net'
import { isLoopbackAddress } from '../../loopback.ts'
import type { Peer } from '../../peer-identity.ts'

/** How and from where a request reached us: the connection says so, never a header. */
export interface RequestOrigin {
  readonly surface: 'https' | 'http' | 'socket'
  readonly address: string
  readonly loopback: boolean
  /** What the handshake of the connection has shown; none without TLS. */
  readonly peer?: Peer
}

export type OriginOf = (socket: Socket) => RequestOrigin

/**
 * For connections from the network; `addressOf` knows the real address of one that came through a proxy, `peerOf` what
 * was shown in the handshake.
 */
export function networkOrigin(
  addressOf: (socket: Socket) => string = remoteAddressOf,
  peerOf: (socket: Socket) => Peer = () => ({}),
): OriginOf {
  return (socket) => {
    const address = addressOf(socket)
    const plain = { surface: 'http', address, loopback: isLoopbackAddress(address) } as const
    return isEncrypted(socket) ? { ...plain, surface: 'https', peer: peerOf(socket) } : plain
  }
}

/** For the server that owns hub.sock alone: a TCP socket that has closed has no remote address either, and is no administrator. */
export const localSocketOrigin: OriginOf = () => ({ surface: 'socket', address: 'hub.sock', loopback: true })

/** For what the hub's own process asks: who runs it may do all that it can. */
export const OWN_ORIGIN: RequestOrigin = { surface: 'socket', address: 'in-process', loopback: true }

function remoteAddressOf(socket: Socket): string {
  return socket.remoteAddress ?? ''
}

function isEncrypted(socket: Socket): boolean {
  return 'encrypted' in socket && socket.encrypted === true
}
