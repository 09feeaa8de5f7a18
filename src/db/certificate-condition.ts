import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { CertificateState } from '../registry/certificate.ts'
import { and, eq, gt, gte, isNotNull, isNull, lt, lte, notInArray, or } from './drizzle.ts'
import { certificates } from './schema.ts'

/** A time, or a placeholder for its milliseconds since the epoch. */
type Time = Date | SQLWrapper

const { revokedAt, revocationReason, pendingSince, retiresAt, notBefore, notAfter } = certificates

/** Each state as `stateOf` of the registry knows it: the first that applies. */
const CONDITIONS = {
  revoked: () => and(isNotNull(revokedAt), notInArray(revocationReason, ['superseded', 'certificateHold'])),
  held: () => eq(revocationReason, 'certificateHold'),
  pending: () => and(isNull(revokedAt), isNotNull(pendingSince)),
  superseded: (now) =>
    or(
      eq(revocationReason, 'superseded'),
      and(isNull(revokedAt), isNull(pendingSince), isNotNull(retiresAt), lte(retiresAt, now)),
    ),
  not_yet_valid: (now) => and(isCurrent(now), gt(notBefore, now)),
  expired: (now) => and(isCurrent(now), lt(notAfter, now), isBegun(now)),
  active: (now) => and(isCurrent(now), isBegun(now), or(isNull(notAfter), gte(notAfter, now))),
} as const satisfies Record<CertificateState, (now: Time) => SQL | undefined>

/** Whether a certificate is in that state at that time. */
export function isInState(state: CertificateState, now: Time): SQL | undefined {
  return CONDITIONS[state](now)
}

/** Whether a certificate may be used at that time. */
export function isActiveAt(now: Date): SQL | undefined {
  return isInState('active', now)
}

function isCurrent(now: Time): SQL | undefined {
  return and(isNull(revokedAt), isNull(pendingSince), or(isNull(retiresAt), gt(retiresAt, now)))
}

function isBegun(now: Time): SQL | undefined {
  return or(isNull(notBefore), lte(notBefore, now))
}
