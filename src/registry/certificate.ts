import type { RevocationReason } from '../end-reason.ts'
import type { RefusalCause } from '../refusal.ts'

export type { RevocationReason } from '../end-reason.ts'

export type CertificateKind = 'device' | 'service' | 'administrator' | 'server'

/** How it came into the registry, where it was not issued here: from another system, or shown by a stranger of our CA. */
export type CertificateOrigin = 'imported' | 'presented'

export const CERTIFICATE_STATES = [
  'active',
  'pending',
  'not_yet_valid',
  'expired',
  'superseded',
  'held',
  'revoked',
] as const

export type CertificateState = (typeof CERTIFICATE_STATES)[number]

export type UntimelyCause = Extract<RefusalCause, 'certificate_not_yet_valid' | 'certificate_expired'>

export type UnusableCause =
  | Extract<RefusalCause, 'certificate_pending' | 'certificate_held' | 'certificate_revoked' | 'certificate_superseded'>
  | UntimelyCause

/** A certificate as the registry knows it; `subjectId` is the device id, the service name or the administrator's name. */
export interface Certificate {
  readonly id: string
  readonly kind: CertificateKind
  readonly subjectId: string
  readonly fingerprint: string
  /** Undefined, as the dates are, until a certificate that was registered by its fingerprint alone first connects. */
  readonly serialNumber: string | undefined
  readonly notBefore: Date | undefined
  readonly notAfter: Date | undefined
  /** Of those that were issued here, or registered with it. */
  readonly pem: string | undefined
  /** Of those that were not issued here, one RDN a line. */
  readonly subject?: string
  readonly origin?: CertificateOrigin
  /** Our CA signed it, and an administrator has not yet said whether it is to be let in. */
  readonly pendingSince?: Date
  /** Fingerprint of the CA that signed it; none: that of the hub, from before it had two, or nobody has seen it yet. */
  readonly issuer?: string
  readonly createdAt: Date
  /** What it was signed under, of those that were issued here: a renewal keeps to it. */
  readonly profile?: string
  /** The life that was asked for, where it was another than the profile's own. */
  readonly validitySeconds?: number
  /** Under which the request that made it may be repeated without making another. */
  readonly idempotencyKey?: string
  readonly firstSeenAt: Date | undefined
  /** A rotation with `overlapHours` ends the certificate at this time, first connection of the new one or not. */
  readonly retiresAt: Date | undefined
  readonly revokedAt: Date | undefined
  readonly revocationReason: RevocationReason | undefined
}

export interface NewCertificate extends Certificate {
  /** RFC 7638; where it is not known it is read from the PEM. */
  readonly keyThumbprint?: string | undefined
}

/** All that the state of a certificate depends on, beside the time. */
export type Standing = Pick<
  Certificate,
  'notBefore' | 'notAfter' | 'pendingSince' | 'retiresAt' | 'revokedAt' | 'revocationReason'
>

/** Why it may not be used at `now`; undefined: it may. */
export function whyUnusable(certificate: Standing, now: Date): UnusableCause | undefined {
  if (certificate.revokedAt) return whyRevoked(certificate)
  if (certificate.pendingSince) return 'certificate_pending'
  if (certificate.retiresAt && certificate.retiresAt <= now) return 'certificate_superseded'
  return whyUntimely(certificate, now)
}

function whyRevoked({ revocationReason }: Standing): UnusableCause {
  if (revocationReason === 'certificateHold') return 'certificate_held'
  return revocationReason === 'superseded' ? 'certificate_superseded' : 'certificate_revoked'
}

/** Whether a revocation for this reason changes anything: each is final, a hold alone is not. */
export function isRevocable(certificate: Certificate, reason: RevocationReason): boolean {
  return certificate.revokedAt === undefined || (isHeld(certificate) && reason !== 'certificateHold')
}

/** Revoked until somebody says that it was nothing. */
export function isHeld({ revocationReason }: Certificate): boolean {
  return revocationReason === 'certificateHold'
}

/** RFC 5280 §4.1.2.5: the period includes both ends. Dates that nobody has seen yet are judged when they are. */
export function whyUntimely(
  { notBefore, notAfter }: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: Date,
): UntimelyCause | undefined {
  if (notBefore && now < notBefore) return 'certificate_not_yet_valid'
  return notAfter && now > notAfter ? 'certificate_expired' : undefined
}

const STATES = {
  certificate_pending: 'pending',
  certificate_not_yet_valid: 'not_yet_valid',
  certificate_expired: 'expired',
  certificate_superseded: 'superseded',
  certificate_held: 'held',
  certificate_revoked: 'revoked',
} as const satisfies Record<UnusableCause, CertificateState>

/** What a list calls it. */
export function stateOf(certificate: Standing, now: Date): CertificateState {
  const cause = whyUnusable(certificate, now)
  return cause ? STATES[cause] : 'active'
}

export function isActive(certificate: Certificate, now: Date): boolean {
  return whyUnusable(certificate, now) === undefined
}
