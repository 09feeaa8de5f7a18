import type { IncomingMessage } from 'node:http'
import type { ErrorCode } from '../../errors.ts'
import { REFUSAL_MENDS, type Refusal } from '../../refusal.ts'
import { isCrossOrigin, isForeignToSession } from '../access/cross-origin.ts'
import { readSessionCookie } from '../access/session-cookie.ts'
import { exact } from '../exact.ts'
import { MAX_HEADERS } from '../http-server.ts'
import type { HttpsIdentity } from '../ports.ts'
import { judgePlainHttp } from '../request/plain-http-rule.ts'
import type { RequestOrigin } from '../request/request-origin.ts'
import { isOwnOrigin } from '../request/websocket-rule.ts'
import { readTokens } from './hop-by-hop.ts'
import { backendTarget, type ProxyCredential, type ProxyRoute } from './proxy-route.ts'

export type CredentialRefusal = Pick<Refusal, 'cause' | 'presented' | 'expected'>

/** Why this request lacks the credential that a route asks for; undefined: it has it. */
export type JudgeCredential = (
  credential: ProxyCredential,
  request: IncomingMessage,
  origin: RequestOrigin,
) => CredentialRefusal | undefined

export interface ProxyPolicy {
  readonly https: HttpsIdentity
  /** Whether callers from loopback addresses may come without TLS. */
  readonly loopbackHttp: boolean
  readonly judgeCredential: JudgeCredential
  /** Under which this process has written itself into Via: RFC 9110 §7.6.3. */
  readonly pseudonym: string
}

export type ProxyVerdict =
  | { readonly action: 'forward'; readonly target: string }
  | { readonly action: 'redirect'; readonly status: 307 | 308; readonly location: string }
  | {
      readonly action: 'refuse'
      readonly code: ErrorCode
      readonly detail: string
      readonly refusal?: CredentialRefusal
    }

/** What becomes of a request for a path that another server answers. */
export function judgeProxied(
  request: IncomingMessage,
  origin: RequestOrigin,
  route: ProxyRoute,
  policy: ProxyPolicy,
): ProxyVerdict {
  const { method, url = '', headers, headersDistinct, rawHeaders } = request
  // RFC 9110 §9.3.8: what TRACE sends back is what only the client may know
  if (method === 'TRACE') return refuse('method_not_allowed', `This path takes ${METHODS}`)
  // What says where the body ends may be among those that are left out.
  if (rawHeaders.length >= 2 * MAX_HEADERS) return refuse('bad_request', `Send fewer than ${MAX_HEADERS} headers`)
  const [host = '', ...otherHosts] = headersDistinct['host'] ?? []
  // RFC 9112 §3.2: one Host, and a valid one
  if (otherHosts.length > 0 || !HOST.test(host) || !URL.canParse(`http://${host}`))
    return refuse('bad_request', 'Send one valid Host')
  const target = backendTarget(route, url)
  if (target === undefined) return refuse('bad_request', 'The request target is not a plain path below its prefix')
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return refuse('bad_request', 'The only transfer coding that is forwarded is chunked')
  }
  if (headersDistinct['via']?.flatMap(readTokens).some((entry) => entry.endsWith(` ${policy.pseudonym}`))) {
    return refuse('forwarding_loop', 'This path leads back to the hub itself: mend server.reverse_proxy')
  }
  return (
    judgeSurface(`http://${host}${url}`, origin, route, policy) ??
    judgeCaller(request, origin, route, policy) ?? { action: 'forward', target }
  )
}

// RFC 3986 §3.2.2, as far as backends may build links of it
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i

export const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

function judgeSurface(
  url: string,
  { surface, loopback }: RequestOrigin,
  { path }: ProxyRoute,
  { https, loopbackHttp }: ProxyPolicy,
): ProxyVerdict | undefined {
  if (surface !== 'http') return undefined
  const { publicHost, httpsPort } = https
  const plain = { serverNames: https.serverNames(), publicHost, httpsPort, loopbackHttp }
  const verdict = judgePlainHttp({ path, url, loopback, proxied: true }, plain)
  if (verdict.action === 'serve') return undefined
  return verdict.action === 'redirect' ? verdict : refuse('misdirected_request', WRONG_HOST)
}

const WRONG_HOST = 'The Host header names neither localhost nor this hub'

function judgeCaller(
  request: IncomingMessage,
  origin: RequestOrigin,
  { auth }: ProxyRoute,
  { judgeCredential, https }: ProxyPolicy,
): ProxyVerdict | undefined {
  if (auth === 'none') return undefined
  const refusal = judgeCredential(auth, request, origin)
  if (refusal) {
    const code = auth === 'api' ? 'unauthorized' : 'forbidden'
    return { ...refuse(code, REFUSAL_MENDS[refusal.cause]), refusal }
  }
  const { origin: page } = request.headers
  const isForeign =
    auth === 'mtls' ? page !== undefined && !isOwnOrigin(page, https) : isForeignToApi(request, origin.surface)
  if (!isForeign) return undefined
  const presented = exact({ origin: page })
  return { ...refuse('forbidden', REFUSAL_MENDS.cross_origin), refusal: { cause: 'cross_origin', presented } }
}

/** A browser shows a session, a certificate, or its place on this machine, for whatever page asks; a token it does not. */
function isForeignToApi({ method = '', headers }: IncomingMessage, surface: string): boolean {
  const { origin, host, authorization, cookie, 'sec-fetch-site': site } = headers
  if (authorization !== undefined) return false
  const ownUrl = `${surface}://${host}`
  if (readSessionCookie(cookie) === undefined) return isCrossOrigin(origin, ownUrl)
  return isForeignToSession({ method, origin, site: site?.toString() }, ownUrl)
}

function refuse(code: ErrorCode, detail: string) {
  return { action: 'refuse', code, detail } as const
}
