import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from '../api-env.ts'
import type { Timings } from '../metrics/timings.ts'
import { answeringRoute } from './answering-route.ts'

/** Tells how long each request took, under the path that the API describes. */
export function timedRequest({ httpRequest }: Pick<Timings, 'httpRequest'>): MiddlewareHandler<ApiEnv> {
  return async function time(c, next) {
    const begin = performance.now()
    await next()
    const seconds = (performance.now() - begin) / 1000
    const route = answeringRoute(c) ?? 'none'
    httpRequest({ method: c.req.method, route, status: c.res.status, seconds })
  }
}
