import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { withRequest } from '../../log-fields.ts'
import type { ApiEnv } from '../api-env.ts'

/** Names each request, to its caller and in every line that it causes; a name that a client brings is not taken. */
export function requestId(createId: () => string = randomUUID): MiddlewareHandler<ApiEnv> {
  return async function nameRequest(c, next) {
    const id = createId()
    c.set('requestId', id)
    await withRequest({ requestId: id }, next)
    c.res.headers.set('x-request-id', id)
  }
}
