import type { MiddlewareHandler } from 'hono'
import { REFUSAL_MENDS, type RecordRefusal } from '../../refusal.ts'
import type { ApiTokens } from '../../registry/api-tokens.ts'
import type { ApiEnv } from '../api-env.ts'
import { respondWithProblem } from '../problem.ts'
import { identifyCaller } from './caller.ts'

/** Lets nobody past without a good credential. */
export function authentication(
  tokens: Pick<ApiTokens, 'authenticate'>,
  recordRefusal: RecordRefusal,
): MiddlewareHandler<ApiEnv> {
  return async function authenticate(c, next) {
    const { surface, address } = c.env.origin
    const identification = identifyCaller(c.req.header('authorization'), surface, tokens)
    if ('cause' in identification) {
      recordRefusal({ surface, address, cause: identification.cause })
      return respondWithProblem(c, 'unauthorized', REFUSAL_MENDS[identification.cause])
    }
    c.set('caller', identification.caller)
    return next()
  }
}
