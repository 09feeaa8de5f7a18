import type { MiddlewareHandler } from 'hono'
import type { Presented, RecordRefusal } from '../../refusal.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import type { Identity } from '../../registry/identity.ts'
import type { Renewals } from '../../registry/renewals.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { credentialHeaders } from './authentication.ts'
import { readArrival } from './caller.ts'
import { isCrossOrigin } from './cross-origin.ts'
import { refuseCaller } from './refused-caller.ts'

/**
 * Lets only devices past, by the certificate of their connection, whatever the API asks of its other callers. A token
 * beside it counts for nothing, but a bad one refuses.
 */
export function deviceAuthentication(
  renewals: Pick<Renewals, 'admit'>,
  admissions: Pick<ApiAdmissions, 'whyBadToken'>,
  recordRefusal: RecordRefusal,
): MiddlewareHandler<ApiEnv> {
  return async function authenticateDevice(c, next) {
    const { peer = {} } = c.env.origin
    const admission = renewals.admit(peer)
    if (!admission.admitted) {
      const { admitted: _, ...refusal } = admission
      return refuseCaller(c, recordRefusal, refusal)
    }
    const { authorization } = readArrival(credentialHeaders(c), c.env.origin)
    const cause = admissions.whyBadToken(authorization)
    if (cause) return refuseCaller(c, recordRefusal, { cause, presented: presentedBy(admission.identity) })
    // A browser that holds the certificate of a device shows it for any page.
    const page = c.req.header('origin')
    if (isCrossOrigin(page, c.req.url)) {
      return refuseCaller(c, recordRefusal, { cause: 'cross_origin', presented: exact({ origin: page }) })
    }
    c.set('device', { id: admission.identity.id, fingerprint: admission.certificate.fingerprint, peer })
    return next()
  }
}

function presentedBy({ kind, id }: Identity): Presented {
  return { identity: `${kind}:${id}` }
}
