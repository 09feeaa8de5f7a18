import type { MiddlewareHandler } from 'hono'
import type { RecordRefusal } from '../../refusal.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { createCaller, readArrival } from './caller.ts'
import { isCrossOrigin } from './cross-origin.ts'
import { refuseCaller } from './refused-caller.ts'

/** Lets nobody past without a good credential. */
export function authentication(
  admissions: Pick<ApiAdmissions, 'admit'>,
  recordRefusal: RecordRefusal,
): MiddlewareHandler<ApiEnv> {
  return async function authenticate(c, next) {
    const { origin } = c.env
    const admission = admissions.admit(readArrival(c.req.header('authorization'), origin))
    if (!admission.admitted) {
      const { admitted: _, ...refusal } = admission
      return refuseCaller(c, recordRefusal, refusal)
    }
    const caller = createCaller(admission)
    // A browser adds a certificate, or its place on this machine, to the requests of any page; a token it does not.
    const isAmbient = caller.tokenId === undefined && origin.surface !== 'socket'
    const page = c.req.header('origin')
    if (isAmbient && isCrossOrigin(page, c.req.url)) {
      return refuseCaller(c, recordRefusal, { cause: 'cross_origin', presented: exact({ origin: page }) })
    }
    c.set('caller', caller)
    return next()
  }
}
