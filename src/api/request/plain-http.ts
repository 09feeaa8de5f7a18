import type { Context, MiddlewareHandler } from 'hono'
import type { ApiEnv } from '../api-env.ts'
import type { HttpsIdentity } from '../ports.ts'
import { respondWithProblem } from '../problem.ts'
import { judgePlainHttp, type PlainHttpVerdict } from './plain-http-rule.ts'

/** Asked at each request: it may change while we run. */
export interface PlainHttpOptions {
  readonly loopbackHttp: boolean
}

/** Holds requests without TLS to what PRODUCT section 1 lets them have. */
export function plainHttp(https: HttpsIdentity, options: PlainHttpOptions): MiddlewareHandler<ApiEnv> {
  return function judgeRequestWithoutTls(c, next) {
    if (c.env.origin.surface !== 'http') return next()
    const { publicHost, httpsPort } = https
    const { loopbackHttp } = options
    const request = { path: c.req.path, url: c.req.url, loopback: c.env.origin.loopback }
    const verdict = judgePlainHttp(request, { serverNames: https.serverNames(), publicHost, httpsPort, loopbackHttp })
    return verdict.action === 'serve' ? next() : Promise.resolve(answer(c, verdict))
  }
}

function answer(c: Context<ApiEnv>, verdict: Exclude<PlainHttpVerdict, { readonly action: 'serve' }>): Response {
  if (verdict.action === 'refuse') {
    return respondWithProblem(
      c,
      'misdirected_request',
      'The Host header names neither localhost nor this hub: use http://localhost, or add the name to tls.server_names',
    )
  }
  // RFC 9110 §15.4.9: a 308 may be kept, and a name like localhost is another machine's tomorrow
  if (verdict.status === 307) c.header('cache-control', 'no-store')
  return c.redirect(verdict.location, verdict.status)
}
