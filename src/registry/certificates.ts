import type { Certificate, RevocationReason } from './certificate.ts'
import type { KeyAlgorithm } from './ports.ts'

export interface IssueRequest {
  readonly deviceId: string
  /** Of a device that this call creates; an existing one must already belong to this user. */
  readonly userId?: string
  readonly validityDays?: number
  readonly keyAlgorithm?: KeyAlgorithm
  /** What becomes of the certificates the device has: kept until the new one connects, revoked now, or a refusal. */
  readonly onExisting?: 'rotate' | 'replace' | 'fail'
  /** Hours after which a rotation ends the older certificates even if the new one never connected. */
  readonly overlapHours?: number
}

export interface IssuedCertificate {
  readonly certificate: Certificate
  /** PKCS#8 PEM, held nowhere else. */
  readonly privateKeyPem: string
  readonly caCertificatePem: string
}

export interface Revocation {
  readonly deviceId: string
  readonly revokedAt: Date
}

export interface Validation {
  readonly valid: boolean
  readonly fingerprint: string
  readonly reason?: string
}

export interface Certificates {
  issueToDevice(request: IssueRequest): Promise<IssuedCertificate>
  issueToService(
    name: string,
    options: { readonly validityDays?: number; readonly keyAlgorithm?: KeyAlgorithm },
  ): Promise<IssuedCertificate>
  /** The newest certificate of the device; throws `certificate_not_found`. */
  latestOf(deviceId: string): Certificate
  listOf(deviceId: string): readonly Certificate[]
  isValid(certificate: Certificate): boolean
  /** Every active certificate; resolves after the live sessions are closed. Again: the same `revokedAt`. */
  revokeDevice(deviceId: string, reason: RevocationReason): Promise<Revocation>
  revokeService(name: string, reason: RevocationReason): Promise<Revocation>
  validate(fingerprint: string): Validation
}
