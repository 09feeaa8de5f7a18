import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { isLoopbackAddress } from '../../loopback.ts'
import type { Peer } from '../../peer-identity.ts'
import { readForwardedFor } from './forwarded-for.ts'

/** How and from where a request reached us: the connection says so, and no header but that of our own proxies. */
export interface RequestOrigin {
  readonly surface: 'https' | 'http' | 'socket'
  /** The caller's own, whatever proxies stand between. */
  readonly address: string
  /** The connection was opened on this machine, and by none of our proxies: whom they speak for only they know. */
  readonly loopback: boolean
  /** Its headers say that somebody hands it on: where it began is not known. */
  readonly relayed?: boolean
  /** What the handshake of the connection has shown; none without TLS. */
  readonly peer?: Peer
}

export type OriginOf = (incoming: Pick<IncomingMessage, 'socket' | 'headers'>) => RequestOrigin

export interface NetworkOriginOptions {
  /** Knows the real address of a connection that came through a proxy. */
  readonly addressOf?: (socket: Socket) => string
  /** Knows what was shown in its handshake. */
  readonly peerOf?: (socket: Socket) => Peer
  /** Whose word is taken for whom they speak for. */
  readonly isProxy?: (address: string) => boolean
  /** Whether nobody whose word is taken stands between. */
  readonly isDirect?: (socket: Socket) => boolean
}

/** For connections from the network. */
export function networkOrigin({
  addressOf = remoteAddressOf,
  peerOf = () => ({}),
  isProxy = () => false,
  isDirect = () => true,
}: NetworkOriginOptions = {}): OriginOf {
  // What a connection has shown holds for all of its requests, and browsers keep one for many.
  const known = new WeakMap<Socket, RequestOrigin>()
  return ({ socket, headers }) => {
    const own = known.get(socket) ?? readConnection(socket)
    if (!RELAY_HEADERS.some((name) => headers[name] !== undefined)) return own
    const forwardedFor = headers['x-forwarded-for']
    if (forwardedFor === undefined) return { ...own, relayed: true }
    return { ...own, address: readForwardedFor(String(forwardedFor), own.address, isProxy), relayed: true }
  }

  function readConnection(socket: Socket): RequestOrigin {
    const address = addressOf(socket)
    const loopback = isLoopbackAddress(address) && isLoopbackAddress(remoteAddressOf(socket)) && isDirect(socket)
    const plain = { surface: 'http', address, loopback } as const
    const origin = isEncrypted(socket) ? { ...plain, surface: 'https' as const, peer: peerOf(socket) } : plain
    known.set(socket, origin)
    return origin
  }
}

// RFC 7239 §4, RFC 9110 §7.6.3, and what proxies sent before
const RELAY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'] as const

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
