import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { isSessionCookie } from '../access/session-cookie.ts'
import { endToEnd } from './hop-by-hop.ts'
import type { ProxyRoute } from './proxy-route.ts'

/** Without a right to our origin, its pages read nothing of ours and call nothing of ours: CSP 3 §6.4.2. */
export const SANDBOX = 'sandbox allow-scripts allow-forms'

/** What would hold for every page of our host and not for the backend's alone; HSTS is for the hub to say. */
const FOR_THE_WHOLE_ORIGIN: ReadonlySet<string> = new Set([
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'service-worker-allowed',
  'strict-transport-security',
])

/** What the client is sent of the backend's headers. */
export function answerHeaders(
  { headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>,
  { trusted }: Pick<ProxyRoute, 'trusted'>,
): OutgoingHttpHeaders {
  const kept = endToEnd(headersDistinct).flatMap(([name, lines]) => {
    const left = name === 'set-cookie' ? lines.filter((cookie) => !isSessionCookie(cookie)) : lines
    return left.length === 0 || FOR_THE_WHOLE_ORIGIN.has(name) ? [] : [[name, left] as const]
  })
  // A further policy can only narrow the others: CSP 3 §8.1
  const policies = [...(headersDistinct['content-security-policy'] ?? []), ...(trusted ? [] : [SANDBOX])]
  const headers = new Map(kept.map(([name, lines]) => [name, [...lines]]))
  if (policies.length > 0) headers.set('content-security-policy', policies)
  // RFC 9112 §6.3: where both stand, the coding counts, and it ends with this hop.
  if (headersDistinct['transfer-encoding']) headers.delete('content-length')
  return Object.fromEntries(headers)
}
