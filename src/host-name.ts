import { isIP } from 'node:net'

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

/** The origin of a web page as a browser writes it in `Origin` (RFC 6454 §6.2); "null" is none. */
export function isOrigin(text: string): boolean {
  const isWeb = /^https?:/i.test(text)
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/.test(text) && (!isWeb || URL.parse(text)?.origin === text)
}

/** A host name, or `*.` before one: what a server certificate may name. */
export function isServerName(text: string): boolean {
  return isHostName(text) || (text.startsWith('*.') && isDnsName(text.slice(2)))
}

/** Whether it is `http://` or `https://` with a host and perhaps a port, and nothing else. */
export function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, origin } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && (text === origin || text === `${origin}/`)
}
