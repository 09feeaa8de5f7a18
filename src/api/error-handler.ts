import type { ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { DomainError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { ApiEnv } from './api-env.ts'
import { isHubFailure, respondWithProblem } from './problem.ts'

/** Turns what was thrown into a problem document: a named cause is told, anything else is logged whole and answered empty. */
export function errorHandler(logger: Logger, explain: (error: Error) => unknown): ErrorHandler<ApiEnv> {
  return function answerError(error, c) {
    const named = asDomainError(explain(error))
    if (!named || isHubFailure(named.code)) {
      const { requestId } = c.var
      logger.error(
        { component: 'api', err: error, requestId, method: c.req.method, path: c.req.path },
        'A request failed',
      )
    }
    return named
      ? respondWithProblem(c, named.code, named.message, { details: named.details })
      : respondWithProblem(c, 'internal_error', '')
  }
}

/** zod-openapi and hono throw these two themselves, with bare texts. */
function asDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error
  if (!(error instanceof HTTPException)) return undefined
  if (error.status === 415) {
    return new DomainError(
      'unsupported_media_type',
      'The Content-Type of this body is missing or is none that this call takes: send application/json',
    )
  }
  return error.status === 400 ? new DomainError('bad_request', error.message) : undefined
}

export function notFoundHandler(): NotFoundHandler<ApiEnv> {
  return function answerNotFound(c) {
    return respondWithProblem(c, 'not_found', 'Nothing is at this path: the calls are described at /openapi.json')
  }
}
