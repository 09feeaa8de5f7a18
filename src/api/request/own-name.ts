import { isIP } from 'node:net'
import { isLoopbackAddress } from '../../loopback.ts'

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host)
}

/** Whether a host in its one spelling is this machine to itself, or one that the certificate names. */
export function isOwnName(host: string, serverNames: readonly string[]): boolean {
  return isLoopbackHost(host) || isNamed(host, serverNames)
}

// RFC 9525 §6.3: "*" stands for exactly one label, the first
function isNamed(host: string, serverNames: readonly string[]): boolean {
  const parent = isIP(host) === 0 ? host.replace(/^[^.]+/, '*') : host
  return serverNames.map(canonicalHost).some((name) => name === host || name === parent)
}

/** One spelling for each name: lower case, no final dot, no brackets, RFC 5952 for IPv6. */
export function canonicalHost(name: string): string {
  const host = name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[|\]$/g, '')
  return isIP(host) === 6 && !host.includes('%') ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host
}
