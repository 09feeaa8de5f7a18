import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { DomainError } from '../errors.ts'

/** A name a server is reached by, in the one spelling in which two of them can be compared. */
export interface ServerName {
  readonly type: 'dns' | 'ip'
  readonly value: string
}

// RFC 1123 §2.1, and "_" because Docker and Windows give machines such names; RFC 6125 §6.4.3: "*" as the whole first label.
// A last label of digits is a mistyped address.
const DNS_NAME =
  /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!\d+$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/** Takes a host name or an address; throws `profile_violation`. */
function parseServerName(text: string): ServerName {
  const name = readServerName(text)
  if (name) return name
  throw new DomainError(
    'profile_violation',
    `${JSON.stringify(text.slice(0, 80))} cannot stand in a server certificate: it is neither a DNS name nor an IP address`,
  )
}

/** Every name once, in the order of its first appearance. */
export function parseServerNames(texts: readonly string[]): readonly ServerName[] {
  const names = texts.map(parseServerName)
  return names.filter(({ value }, index) => names.findIndex((name) => name.value === value) === index)
}

export function readServerName(text: string): ServerName | undefined {
  // An address with a zone ("%eth0") means something on one machine only
  const version = text.includes('%') ? 0 : isIP(text)
  if (version === 4) return { type: 'ip', value: text }
  // RFC 5952: the URL parser writes the one canonical form
  if (version === 6) return { type: 'ip', value: new URL(`http://[${text}]`).hostname.slice(1, -1) }
  const value = toAscii(text).toLowerCase().replace(/\.$/, '')
  return value.length <= 253 && DNS_NAME.test(value) ? { type: 'dns', value } : undefined
}

function toAscii(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : domainToASCII(text)
}
