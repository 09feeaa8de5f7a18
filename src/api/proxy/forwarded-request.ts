import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { isSessionCookie } from '../access/session-cookie.ts'
import type { RequestOrigin } from '../request/request-origin.ts'
import { formatAuthority } from '../request/url-authority.ts'
import { endToEnd } from './hop-by-hop.ts'
import type { ProxyRoute } from './proxy-route.ts'

export type ReceivedRequest = Pick<IncomingMessage, 'httpVersion' | 'headers' | 'headersDistinct'>

export interface Forwarding {
  readonly route: Pick<ProxyRoute, 'path' | 'backend' | 'keepPrefix'>
  readonly origin: RequestOrigin
  /** RFC 9110 §7.6.3: who has forwarded it. */
  readonly pseudonym: string
}

/** What the backend is sent: the client's headers without our secrets, and ours where the client's are not to be believed. */
export function forwardedHeaders(request: ReceivedRequest, forwarding: Forwarding): OutgoingHttpHeaders {
  const { httpVersion, headers, headersDistinct } = request
  const { route, origin, pseudonym } = forwarding
  const { path, backend, keepPrefix } = route
  const kept = endToEnd(headersDistinct).flatMap(([name, lines]) => {
    const left = NOT_BELIEVED.test(name) ? [] : withoutSecrets(name, lines)
    return left.length === 0 ? [] : [[name, left]]
  })
  return {
    ...Object.fromEntries(kept),
    host: formatAuthority(backend.host, backend.port, backend.secureContext ? 443 : 80),
    via: [...(headersDistinct['via'] ?? []), `${httpVersion} ${pseudonym}`],
    'x-forwarded-for': origin.address,
    'x-forwarded-proto': origin.surface === 'https' ? 'https' : 'http',
    'x-forwarded-host': headers.host,
    ...(keepPrefix ? {} : { 'x-forwarded-prefix': path }),
    ...framingOf(headers),
  }
}

/** What our own connection to the backend says anew. Programs behind CGI read "_" as "-". */
const NOT_BELIEVED =
  /^(?:x[-_]forwarded(?:[-_].*)?|forwarded|x[-_]real[-_]ip|via|host|expect|content[-_]length|transfer[-_]encoding)$/

const OUR_TOKEN = /^\s*bearer\s+sgn_/i

function withoutSecrets(name: string, lines: readonly string[]): readonly string[] {
  if (name === 'authorization') return lines.filter((line) => !OUR_TOKEN.test(line))
  if (name !== 'cookie') return lines
  const cookies = lines.flatMap((line) => line.split(';')).map((cookie) => cookie.trim())
  const left = cookies.filter((cookie) => cookie !== '' && !isSessionCookie(cookie))
  return left.length === 0 ? [] : [left.join('; ')]
}

/** RFC 9112 §6.3: the parser lets no request past that has both. */
function framingOf(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  if (headers['transfer-encoding'] !== undefined) return { 'transfer-encoding': 'chunked' }
  const length = headers['content-length']
  return length === undefined ? {} : { 'content-length': length }
}
