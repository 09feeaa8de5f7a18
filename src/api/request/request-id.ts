import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from '../api-env.ts'

/** Names each request, in the log and to its caller; a name that a client brings is not taken. */
export function requestId(createId: () => string = randomUUID): MiddlewareHandler<ApiEnv> {
  return async function nameRequest(c, next) {
    const id = createId()
    c.set('requestId', id)
    await next()
    c.res.headers.set('x-request-id', id)
  }
}
