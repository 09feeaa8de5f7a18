import type { CertificateStatus } from '../ca/ocsp-response.ts'
import type { RevocationReason } from './certificate.ts'

/** What the registry holds of a certificate that has this serial number. */
export interface RegisteredStatus {
  readonly isPending: boolean
  readonly revokedAt: Date | undefined
  readonly reason: RevocationReason | undefined
}

export interface CertificateStatusStore {
  /** By the fingerprint of its issuer. Several where a CA that was run by hand has given them one number; those revoked come first, in their order. */
  listStatuses(issuer: string, serialNumber: string): readonly RegisteredStatus[]
}

/** What is said to whoever asks by a serial number. One that waits for approval is nothing that we vouch for. */
export function statusOfSerialNumber(
  store: CertificateStatusStore,
  issuer: string,
  serialNumber: string,
): CertificateStatus {
  const statuses = store.listStatuses(issuer, serialNumber)
  // As on the CRL: the first revocation stands.
  const [first] = statuses
  if (first?.revokedAt) {
    return { status: 'revoked', revokedAt: first.revokedAt, reason: first.reason ?? 'unspecified' }
  }
  return { status: statuses.some(({ isPending }) => !isPending) ? 'good' : 'unknown' }
}
