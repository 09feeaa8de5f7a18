import type { MiddlewareHandler } from 'hono'
import type { RecordRefusal } from '../../refusal.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import type { EnrolmentLogin, Enrolments } from '../../registry/enrolment/enrolments.ts'
import type { Renewals } from '../../registry/renewals.ts'
import type { ApiEnv } from '../api-env.ts'
import { deviceAuthentication } from './device-authentication.ts'
import { refuseCaller } from './refused-caller.ts'

// RFC 7617 §2
const CHALLENGE = 'Basic realm="Signet enrolment", charset="UTF-8"'
const BASIC = /^Basic +([A-Za-z0-9+/]+=*) *$/i
const SECONDS_UNTIL_FORGOTTEN = 60

/**
 * Lets devices past: by their id and an enrolment token, or, where no such is shown, by the certificate of their
 * connection. A token alone decides: the certificate that a device has may be the reason why it enrols anew.
 */
export function enrolmentAuthentication(
  enrolments: Pick<Enrolments, 'admit'>,
  renewals: Pick<Renewals, 'admit'>,
  admissions: Pick<ApiAdmissions, 'whyBadToken'>,
  recordRefusal: RecordRefusal,
): MiddlewareHandler<ApiEnv> {
  const byCertificate = deviceAuthentication(renewals, admissions, recordRefusal)
  return async function authenticateEnrolment(c, next) {
    const authorization = c.req.header('authorization')
    const { origin } = c.env
    if (authorization === undefined && origin.peer?.certificate) return byCertificate(c, next)
    const login = readLogin(authorization)
    const admission = login
      ? enrolments.admit(login, origin.address)
      : ({ admitted: false, cause: authorization === undefined ? 'login_missing' : 'login_invalid' } as const)
    if (admission.admitted) {
      c.set('enrolment', admission)
      return next()
    }
    const { admitted: _, ...refusal } = admission
    const response = refuseCaller(c, recordRefusal, refusal)
    if (response.status === 401) response.headers.set('www-authenticate', CHALLENGE)
    if (response.status === 429) response.headers.set('retry-after', String(SECONDS_UNTIL_FORGOTTEN))
    return response
  }
}

/** The last colon parts the two: unlike a user name of RFC 7617 an id may hold colons, as a MAC address does, and a token holds none. */
function readLogin(authorization = ''): EnrolmentLogin | undefined {
  const [, base64] = BASIC.exec(authorization) ?? []
  if (base64 === undefined) return undefined
  const text = Buffer.from(base64, 'base64').toString()
  const colon = text.lastIndexOf(':')
  return colon < 0 ? undefined : { deviceId: text.slice(0, colon), token: text.slice(colon + 1) }
}
