import { BlockList, isIP, type Socket } from 'node:net'

/** How and from where a request reached us: the connection says so, never a header. */
export interface RequestOrigin {
  readonly surface: 'https' | 'http' | 'socket'
  readonly address: string
  readonly loopback: boolean
}

export type OriginOf = (socket: Socket) => RequestOrigin

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && LOOPBACK.check(address, version === 6 ? 'ipv6' : 'ipv4')
}

/** For connections from the network; `addressOf` knows the real address of one that came through a proxy. */
export function networkOrigin(addressOf: (socket: Socket) => string = remoteAddressOf): OriginOf {
  return (socket) => {
    const address = addressOf(socket)
    return { surface: isEncrypted(socket) ? 'https' : 'http', address, loopback: isLoopbackAddress(address) }
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
