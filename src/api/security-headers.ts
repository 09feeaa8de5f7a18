import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-env.ts'
import type { HttpsIdentity } from './ports.ts'
import { isApiPath } from './request/plain-http-rule.ts'

const EVERY_ANSWER = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
const YEAR_SECONDS = 31_536_000

/** Headers that forbid a browser everything; a route that serves pages sets its own policy, which stays. */
export function securityHeaders({ publicHost }: Pick<HttpsIdentity, 'publicHost'>): MiddlewareHandler<ApiEnv> {
  return async function setSecurityHeaders(c, next) {
    await next()
    const { headers } = c.res
    for (const [name, value] of Object.entries(EVERY_ANSWER)) if (!headers.has(name)) headers.set(name, value)
    if (isApiPath(c.req.path)) headers.set('cache-control', 'no-store')
    if (c.env.origin.surface === 'https' && isStrictHost(new URL(c.req.url).hostname, publicHost)) {
      headers.set('strict-transport-security', `max-age=${YEAR_SECONDS}`)
    }
  }
}

// RFC 6797 §8.1.1: never for an address; for localhost it would lock every other server on the machine out of plain HTTP
function isStrictHost(hostname: string, publicHost: string | undefined): boolean {
  return hostname === publicHost?.toLowerCase() && isIP(hostname) === 0 && hostname !== 'localhost'
}
