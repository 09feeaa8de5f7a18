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
  readonly firstSeenAt: Date | undefined
  /** A rotation with `overlapHours` ends the certificate at this time, first connection of the new one or not. */
  readonly retiresAt: Date | undefined
  readonly revokedAt: Date | undefined
  readonly revocationReason: RevocationReason | undefined
}

/** Whether it may still be used at `now`: neither revoked, nor retired, nor past its dates. */
export function isActive(certificate: Certificate, now: Date): boolean {
  if (certificate.revokedAt !== undefined) return false
  if (certificate.retiresAt !== undefined && certificate.retiresAt <= now) return false
  return certificate.notBefore <= now && now <= certificate.notAfter
}
