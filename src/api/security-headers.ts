import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-env.ts'
import type { HttpsIdentity } from './ports.ts'
import { isApiPath } from './request/plain-http-rule.ts'
import type { RequestOrigin } from './request/request-origin.ts'
import { readUrlHost } from './request/url-host.ts'

export const EVERY_ANSWER = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
const EVERY_HEADER = Object.entries(EVERY_ANSWER)
const YEAR_SECONDS = 31_536_000

/** Headers that forbid a browser everything; a route that serves pages sets its own policy, which stays. */
export function securityHeaders(https: Pick<HttpsIdentity, 'publicHost'>): MiddlewareHandler<ApiEnv> {
  return async function setSecurityHeaders(c, next) {
    await next()
    const { headers } = c.res
    for (const [name, value] of EVERY_HEADER) if (!headers.has(name)) headers.set(name, value)
    if (isApiPath(c.req.path)) headers.set('cache-control', 'no-store')
    if (c.env.origin.surface !== 'https') return
    const strict = strictTransport(c.env.origin, readUrlHost(c.req.url).hostname, https.publicHost)
    for (const [name, value] of Object.entries(strict)) headers.set(name, value)
  }
}

/** HSTS, where the request came over TLS to the one name that it may be said of: RFC 6797 §7.2. */
export function strictTransport(
  { surface }: Pick<RequestOrigin, 'surface'>,
  hostname: string | undefined,
  publicHost: string | undefined,
): Readonly<Record<string, string>> {
  if (surface !== 'https' || hostname === undefined || !isStrictHost(hostname, publicHost)) return {}
  return { 'strict-transport-security': `max-age=${YEAR_SECONDS}` }
}

// RFC 6797 §8.1.1: never for an address; for localhost it would lock every other server on the machine out of plain HTTP
function isStrictHost(hostname: string, publicHost: string | undefined): boolean {
  return hostname === publicHost?.toLowerCase() && isIP(hostname) === 0 && !/(?:^|\.)localhost$/.test(hostname)
}
