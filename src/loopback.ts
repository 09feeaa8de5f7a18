import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether it is one of this machine's own, IPv4 in its IPv6 form included. */
export function isLoopbackAddress(address: string): boolean {
  // As nearly always, and asked several times with every request.
  if (address === '127.0.0.1' || address === '::ffff:127.0.0.1') return true
  const version = isIP(address)
  return version !== 0 && LOOPBACK.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
