import type { Hono, MiddlewareHandler } from 'hono'
import { methodNotAllowed as findAllowedMethods } from 'hono/method-not-allowed'
import type { ApiEnv } from './api-env.ts'
import { respondWithProblem } from './problem.ts'

/** Answers 405 with `Allow` where the path is known and the method is not. */
export function methodNotAllowed(app: Hono<ApiEnv>): MiddlewareHandler<ApiEnv> {
  return findAllowedMethods({
    app,
    onMethodNotAllowed(c, methods) {
      const allow = methods.join(', ')
      const response = respondWithProblem(c, 'method_not_allowed', `This path takes ${allow}`)
      response.headers.set('allow', allow)
      return response
    },
  })
}
