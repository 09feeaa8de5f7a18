import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { parseFingerprint } from '../identifiers.ts'
import type { Admissions } from './admission.ts'
import { type Certificate, type CertificateState, isActive, stateOf } from './certificate.ts'
import {
  type CertificateListStore,
  type CertificateQuery,
  type CertificateRow,
  listInRuns,
} from './certificate-listing.ts'
import type { Issuance } from './issuance.ts'
import type { Page } from './page.ts'
import type { CertificateStore } from './ports.ts'
import type { Revocations } from './revocations.ts'

export interface Validation {
  readonly valid: boolean
  readonly fingerprint: string
  readonly reason?: string
}

export type { IssuedCertificate, IssueRequest } from './issuance.ts'
export type { Revocation } from './revocations.ts'

export interface Certificates
  extends Pick<Issuance, 'issueToDevice' | 'certifyDevice' | 'issueToService'>,
    Pick<Revocations, 'revokeDevice' | 'revokeService'> {
  /** The newest certificate of the device; throws `certificate_not_found`. */
  latestOf(deviceId: string): Certificate
  listOf(deviceId: string): readonly Certificate[]
  isValid(certificate: Certificate): boolean
  /** Of all devices and services, with the state each is in now. */
  list(query: Omit<CertificateQuery, 'now' | 'upTo'>): Promise<Page<ListedCertificate>>
  /** Whether a device or service that shows this certificate would be let in for it. */
  validate(fingerprint: string): Validation
}

export interface ListedCertificate {
  readonly certificate: CertificateRow
  readonly state: CertificateState
}

export interface CertificatesOptions {
  readonly issuance: Pick<Issuance, 'issueToDevice' | 'certifyDevice' | 'issueToService'>
  readonly revocations: Pick<Revocations, 'revokeDevice' | 'revokeService'>
  readonly certificates: Pick<CertificateStore, 'listOf'> & CertificateListStore
  readonly admissions: Pick<Admissions, 'whyRefused'>
  readonly clock: Clock
}

export function createCertificates(options: CertificatesOptions): Certificates {
  const { issuance, revocations, certificates, admissions, clock } = options
  return {
    issueToDevice: issuance.issueToDevice,
    certifyDevice: issuance.certifyDevice,
    issueToService: issuance.issueToService,
    revokeDevice: revocations.revokeDevice,
    revokeService: revocations.revokeService,
    latestOf(deviceId) {
      // One that waits for approval is the device's only once it has been approved.
      const latest = certificates.listOf('device', deviceId).find(({ pendingSince }) => !pendingSince)
      if (!latest)
        throw new DomainError('certificate_not_found', `No certificate was ever issued to device ${deviceId}`)
      return latest
    },
    listOf: (deviceId) => certificates.listOf('device', deviceId),
    isValid: (certificate) => isActive(certificate, clock()),
    async list(query) {
      const now = clock()
      const page = await listInRuns(certificates, { ...query, now })
      return { ...page, items: page.items.map((certificate) => ({ certificate, state: stateOf(certificate, now) })) }
    },
    validate(text) {
      const fingerprint = parseFingerprint(text)
      const reason = admissions.whyRefused(fingerprint)
      return reason === undefined ? { valid: true, fingerprint } : { valid: false, fingerprint, reason }
    },
  }
}
