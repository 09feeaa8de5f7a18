import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { parseFingerprint } from '../identifiers.ts'
import type { Admissions } from './admission.ts'
import { type Certificate, isActive } from './certificate.ts'
import type { Issuance } from './issuance.ts'
import type { CertificateStore } from './ports.ts'
import type { Revocations } from './revocations.ts'

export interface Validation {
  readonly valid: boolean
  readonly fingerprint: string
  readonly reason?: string
}

export type { IssuedCertificate, IssueRequest } from './issuance.ts'
export type { Revocation } from './revocations.ts'

export interface Certificates extends Issuance, Pick<Revocations, 'revokeDevice' | 'revokeService'> {
  /** The newest certificate of the device; throws `certificate_not_found`. */
  latestOf(deviceId: string): Certificate
  listOf(deviceId: string): readonly Certificate[]
  isValid(certificate: Certificate): boolean
  /** Whether a device or service that shows this certificate would be let in for it. */
  validate(fingerprint: string): Validation
}

export interface CertificatesOptions {
  readonly issuance: Issuance
  readonly revocations: Pick<Revocations, 'revokeDevice' | 'revokeService'>
  readonly certificates: Pick<CertificateStore, 'listOf'>
  readonly admissions: Pick<Admissions, 'whyRefused'>
  readonly clock: Clock
}

export function createCertificates(options: CertificatesOptions): Certificates {
  const { issuance, revocations, certificates, admissions, clock } = options
  return {
    issueToDevice: issuance.issueToDevice,
    issueToService: issuance.issueToService,
    revokeDevice: revocations.revokeDevice,
    revokeService: revocations.revokeService,
    latestOf(deviceId) {
      const [latest] = certificates.listOf('device', deviceId)
      if (!latest)
        throw new DomainError('certificate_not_found', `No certificate was ever issued to device ${deviceId}`)
      return latest
    },
    listOf: (deviceId) => certificates.listOf('device', deviceId),
    isValid: (certificate) => isActive(certificate, clock()),
    validate(text) {
      const fingerprint = parseFingerprint(text)
      const reason = admissions.whyRefused(fingerprint)
      return reason === undefined ? { valid: true, fingerprint } : { valid: false, fingerprint, reason }
    },
  }
}
