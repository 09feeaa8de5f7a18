import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { ApiEnv } from '../api-env.ts'
import type { Timings } from '../metrics/timings.ts'

/** Tells how long each request took, under the path that the API describes: an id in a label would make one for each device. */
export function timedRequest({ httpRequest }: Pick<Timings, 'httpRequest'>): MiddlewareHandler<ApiEnv> {
  return async function time(c, next) {
    const begin = performance.now()
    await next()
    const seconds = (performance.now() - begin) / 1000
    // Middleware stands under patterns with "*"; what answers stands last.
    const route =
      matchedRoutes(c).findLast(({ path, method }) => !path.endsWith('*') && method !== 'ALL')?.path ?? 'none'
    httpRequest({ method: c.req.method, route, status: c.res.status, seconds })
  }
}
