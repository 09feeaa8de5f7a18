import { BlockList, isIP } from 'node:net'

const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/

/** Whether it is a DNS name or an IP address: no scheme, no port, no brackets. */
export function isHostName(text: string): boolean {
  return isIP(text) !== 0 || isDnsName(text)
}

// RFC 1123 §2.1, and "_" because Docker and Windows give machines such names; a last label of digits is a mistyped address.
function isDnsName(text: string): boolean {
  const labels = text.split('.')
  return text.length <= 253 && !/^\d+$/.test(labels.at(-1) ?? '') && labels.every((label) => LABEL.test(label))
}

/** A host name, or `*.` before one: what a server certificate may name. */
export function isServerName(text: string): boolean {
  return isHostName(text) || (text.startsWith('*.') && isDnsName(text.slice(2)))
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && LOOPBACK.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
