/** Headers by lower-case name, with every line of each. */
export type HeaderLines = NodeJS.ReadOnlyDict<readonly string[]>

// RFC 9110 §7.6.1, RFC 9112 §9.6, RFC 7540 §3.2.1; Proxy-Connection is no standard, and sent all the same
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What of these headers is for the other end, and not for the next hop alone. */
export function endToEnd(headers: HeaderLines): readonly (readonly [name: string, lines: readonly string[]])[] {
  const named = new Set((headers['connection'] ?? []).flatMap(readTokens))
  return Object.entries(headers).flatMap(([name, lines]) =>
    lines === undefined || HOP_BY_HOP.has(name) || named.has(name) ? [] : [[name, lines] as const],
  )
}

/** A list of tokens, in lower case: RFC 9110 §5.6.1. */
export function readTokens(list: string): readonly string[] {
  return list.split(',').map((token) => token.trim().toLowerCase())
}
