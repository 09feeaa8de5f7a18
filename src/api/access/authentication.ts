import type { Context, MiddlewareHandler } from 'hono'
import type { RecordRefusal } from '../../refusal.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { type Caller, type CredentialHeaders, createCaller, readArrival } from './caller.ts'
import { isCrossOrigin, isForeignToSession } from './cross-origin.ts'
import { refuseCaller } from './refused-caller.ts'
import { NO_SESSION_COOKIE } from './session-cookie.ts'

/** Lets nobody past without a good credential. */
export function authentication(
  admissions: Pick<ApiAdmissions, 'admit'>,
  recordRefusal: RecordRefusal,
): MiddlewareHandler<ApiEnv> {
  return function authenticate(c, next) {
    const refusal = refuse(c)
    return refusal ? Promise.resolve(refusal) : next()
  }

  /** None of a caller who is known from now on. */
  function refuse(c: Context<ApiEnv>): Response | undefined {
    const admission = admissions.admit(readArrival(credentialHeaders(c), c.env.origin))
    if (!admission.admitted) {
      const { admitted: _, ...refusal } = admission
      const response = refuseCaller(c, recordRefusal, refusal)
      if (refusal.cause === 'console_session_invalid') response.headers.set('set-cookie', NO_SESSION_COOKIE)
      return response
    }
    const caller = createCaller(admission)
    if (isOfForeignPage(c, caller)) {
      const presented = exact({ origin: c.req.header('origin'), sessionId: caller.session?.id })
      return refuseCaller(c, recordRefusal, { cause: 'cross_origin', presented })
    }
    c.set('caller', caller)
    return undefined
  }
}

export function credentialHeaders(c: Context<ApiEnv>): CredentialHeaders {
  return { authorization: c.req.header('authorization'), cookie: c.req.header('cookie') }
}

/** A browser adds a session, a certificate, or its place on this machine, to the requests of any page; a token it does not. */
function isOfForeignPage(c: Context<ApiEnv>, { session, tokenId }: Caller): boolean {
  const { method, url } = c.req
  const origin = c.req.header('origin')
  if (session) return isForeignToSession({ method, origin, site: c.req.header('sec-fetch-site') }, url)
  return tokenId === undefined && c.env.origin.surface !== 'socket' && isCrossOrigin(origin, url)
}
