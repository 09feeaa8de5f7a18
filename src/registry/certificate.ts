import type { RefusalCause } from '../refusal.ts'

export const CERTIFICATE_KINDS = ['device', 'service', 'administrator', 'server'] as const

export type CertificateKind = (typeof CERTIFICATE_KINDS)[number]

/** RFC 5280 §5.3.1, without the reasons that need a hold or belong to other kinds of issuer. */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const

export type RevocationReason = (typeof REVOCATION_REASONS)[number]

export type UntimelyCause = Extract<RefusalCause, 'certificate_not_yet_valid' | 'certificate_expired'>

export type UnusableCause = Extract<RefusalCause, 'certificate_revoked' | 'certificate_superseded'> | UntimelyCause

/** A certificate as the registry knows it; `subjectId` is the device id, the service name or the administrator's name. */
export interface Certificate {
  readonly id: string
  readonly kind: CertificateKind
  readonly subjectId: string
  readonly fingerprint: string
  readonly serialNumber: string
  readonly pem: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly createdAt: Date
  /** Under which the request that made it may be repeated without making another. */
  readonly idempotencyKey?: string
  readonly firstSeenAt: Date | undefined
  /** A rotation with `overlapHours` ends the certificate at this time, first connection of the new one or not. */
  readonly retiresAt: Date | undefined
  readonly revokedAt: Date | undefined
  readonly revocationReason: RevocationReason | undefined
}

/** Why it may not be used at `now`; undefined: it may. */
export function whyUnusable(certificate: Certificate, now: Date): UnusableCause | undefined {
  if (certificate.revokedAt) {
    return certificate.revocationReason === 'superseded' ? 'certificate_superseded' : 'certificate_revoked'
  }
  if (certificate.retiresAt && certificate.retiresAt <= now) return 'certificate_superseded'
  return whyUntimely(certificate, now)
}

/** RFC 5280 §4.1.2.5: the period includes both ends. */
export function whyUntimely(
  { notBefore, notAfter }: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: Date,
): UntimelyCause | undefined {
  if (now < notBefore) return 'certificate_not_yet_valid'
  return now > notAfter ? 'certificate_expired' : undefined
}

export function isActive(certificate: Certificate, now: Date): boolean {
  return whyUnusable(certificate, now) === undefined
}
