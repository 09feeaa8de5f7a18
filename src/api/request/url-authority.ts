import { isIP } from 'node:net'

/** RFC 3986 §3.2: an IPv6 address stands in brackets, and the scheme's own port (§6.2.3) is left out. */
export function formatAuthority(host: string, port: number, schemePort: 80 | 443): string {
  const name = isIP(host) === 6 ? `[${host}]` : host
  return port === schemePort ? name : `${name}:${port}`
}
