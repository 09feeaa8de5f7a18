import { isIPv4, type Socket } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A peer's address as people write it: IPv4 without the IPv6 form that a dual-stack socket gives it. */
export function readAddress({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string {
  if (remoteAddress === undefined) return 'unknown'
  const unmapped = remoteAddress.startsWith(MAPPED) ? remoteAddress.slice(MAPPED.length) : remoteAddress
  // Read no further than it must be: it is asked for each connection.
  return isIPv4(unmapped) ? unmapped : ipaddr.process(remoteAddress).toString()
}

// RFC 4291 §2.5.5.2
const MAPPED = '::ffff:'
