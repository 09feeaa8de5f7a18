import { isIPv4, type Socket } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A peer's address as people write it: IPv4 without the IPv6 form that a dual-stack socket gives it. */
export function readAddress({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string {
  return remoteAddress === undefined ? 'unknown' : writeAddress(remoteAddress)
}

/** One spelling for each address: RFC 5952 for IPv6. */
export function writeAddress(address: string): string {
  const unmapped = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address
  // Read no further than it must be: it is asked for each connection.
  return isIPv4(unmapped) ? unmapped : ipaddr.process(address).toString()
}

// RFC 4291 §2.5.5.2
const MAPPED = '::ffff:'
