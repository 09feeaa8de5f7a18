import type { MiddlewareHandler } from 'hono'
import type { Logger } from '../../logger.ts'
import type { ApiEnv } from '../api-env.ts'

/** One line a request, for who looks how it was answered. Without its query: what stands there may be a secret. */
export function loggedRequest(logger: Pick<Logger, 'debug' | 'isLevelEnabled'>): MiddlewareHandler<ApiEnv> {
  return async function logRequest(c, next) {
    await next()
    if (!logger.isLevelEnabled('debug')) return
    const { method, path } = c.req
    const { surface, address } = c.env.origin
    logger.debug({ component: 'api', method, path, status: c.res.status, surface, address }, 'Request answered')
  }
}
