import type { SecureContext } from 'node:tls'

/** What a caller must show before a request of the route is forwarded. */
export type ProxyCredential = 'api' | 'mtls'

/** A path of ours behind which another server answers. */
export interface ProxyRoute {
  /** Whole segments: `/app` is for `/app` and `/app/x`, not for `/apple`. */
  readonly path: string
  readonly backend: Backend
  readonly auth: 'none' | ProxyCredential
  /** Whether the backend sees the path as the client wrote it. */
  readonly keepPrefix: boolean
  /** Whether its pages may act as the hub's own. */
  readonly trusted: boolean
}

export interface Backend {
  readonly host: string
  readonly port: number
  /** What its certificate is verified with, for every connection; none: plain HTTP. */
  readonly secureContext?: SecureContext
}

/** The route of a request target; of several that match, the longest, which stands first. */
export function findRoute(routes: readonly ProxyRoute[], target: string): ProxyRoute | undefined {
  const path = pathOf(target)
  return routes.find((route) => path === route.path || path.startsWith(`${route.path}/`))
}

export function longestFirst(routes: readonly ProxyRoute[]): readonly ProxyRoute[] {
  return routes.toSorted((one, other) => other.path.length - one.path.length)
}

/** The request target for the backend, octet for octet but for the prefix; undefined where it could leave the route. */
export function backendTarget({ path, keepPrefix }: ProxyRoute, target: string): string | undefined {
  if (!VISIBLE.test(target) || hasDotSegment(pathOf(target))) return undefined
  if (keepPrefix) return target
  const rest = target.slice(path.length)
  // What begins with "//" names another host to whoever resolves it: RFC 3986 §4.2
  if (rest.startsWith('//')) return undefined
  return rest.startsWith('/') ? rest : `/${rest}`
}

// RFC 3986 §2: visible ASCII; "\" is none of a path, but some servers read it as "/"; "#" begins what is never sent
const VISIBLE = /^[!"$-[\]-~]*$/

/** RFC 3986 §3.3, in every spelling that some server resolves: encoded, with "\", with parameters behind ";". */
function hasDotSegment(path: string): boolean {
  const decoded = path
    .replaceAll(/%2e/gi, '.')
    .replaceAll(/%2f|%5c/gi, '/')
    .replaceAll(/%3b/gi, ';')
  return decoded.split('/').some((segment) => /^\.\.?(?:;|$)/.test(segment))
}

function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? ''
}
