import { isIP } from 'node:net'
import { canonicalHost, isLoopbackHost, isOwnName } from './own-name.ts'
import { formatAuthority } from './url-authority.ts'
import { readUrlHost } from './url-host.ts'

export interface PlainHttpRequest {
  /** As the router reads it. */
  readonly path: string
  readonly url: string
  readonly loopback: boolean
  /** Another server answers it, and loopback may ask as it may ask the API. */
  readonly proxied?: boolean
}

export interface PlainHttpPolicy {
  readonly serverNames: readonly string[]
  readonly publicHost: string | undefined
  readonly httpsPort: number
  readonly loopbackHttp: boolean
}

export interface Redirection {
  readonly status: 307 | 308
  readonly location: string
}

export type PlainHttpVerdict =
  | { readonly action: 'serve' }
  | { readonly action: 'refuse' }
  | ({ readonly action: 'redirect' } & Redirection)

const PUBLIC_PATH = /^\/(?:pki(?:\/.*)?|livez|readyz|api\/time|api\/health\/logging)$/

export function isApiPath(path: string): boolean {
  return path === '/api' || path.startsWith('/api/')
}

/** What becomes of a request that came without TLS. */
export function judgePlainHttp(request: PlainHttpRequest, policy: PlainHttpPolicy): PlainHttpVerdict {
  const { path, url, loopback, proxied = false } = request
  if (PUBLIC_PATH.test(path)) return { action: 'serve' }
  // DNS rebinding: a page whose own name is made to resolve to 127.0.0.1 is "same origin" with us, and its requests
  // come from loopback. Only its Host header betrays it: it is the page's name, which the page cannot choose anew.
  if (loopback && policy.loopbackHttp && (proxied || isApiPath(path))) {
    return isOwnName(readUrlHost(url).canonical, policy.serverNames) ? { action: 'serve' } : { action: 'refuse' }
  }
  return { action: 'redirect', ...redirectToHttps(url, policy) }
}

/** Where the same document is served over TLS, by a name that the certificate holds. */
export function redirectToHttps(url: string, policy: Omit<PlainHttpPolicy, 'loopbackHttp'>): Redirection {
  const { hostname, pathname, search } = new URL(url)
  const host = canonicalHost(hostname)
  // Never an open redirect: the name is ours, and path and query stand behind it.
  const target = isOwnName(host, policy.serverNames) ? host : defaultHost(policy)
  const location = `https://${formatAuthority(target, policy.httpsPort, 443)}${pathname}${search}`
  return { status: isLoopbackHost(target) ? 307 : 308, location }
}

function defaultHost({ publicHost, serverNames }: Pick<PlainHttpPolicy, 'publicHost' | 'serverNames'>): string {
  const isReachable = (name: string): boolean => isIP(name) === 0 && !name.startsWith('*.') && !isLoopbackHost(name)
  return publicHost ?? serverNames.map(canonicalHost).find(isReachable) ?? 'localhost'
}
