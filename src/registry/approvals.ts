import { DomainError } from '../errors.ts'
import { parseFingerprint } from '../identifiers.ts'
import type { Certificate } from './certificate.ts'
import type { Devices } from './devices.ts'
import type { Newcomers } from './newcomers.ts'
import type { CertificateStore, Cutter, DeviceStore, ForeignCertificates, Transaction } from './ports.ts'
import type { Revocations } from './revocations.ts'

/** An administrator's word on the certificates that our CA signed and nobody registered. */
export interface Approvals {
  /** Lets it in as a device, which is created if it is unknown; throws `certificate_not_pending`. */
  approve(fingerprint: string, userId?: string): Certificate
  /** Revokes it, so that it never comes back. */
  reject(fingerprint: string): Promise<Certificate>
}

export interface ApprovalsOptions {
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'> & Pick<ForeignCertificates, 'approve'>
  readonly devices: Pick<Devices, 'resolveOwner' | 'ensure'>
  readonly stored: Pick<DeviceStore, 'find'>
  readonly ownerOf: Newcomers['ownerOf']
  readonly revocations: Pick<Revocations, 'mark'>
  readonly cutter: Pick<Cutter, 'liftBan'>
  readonly transaction: Transaction
}

export function createApprovals(options: ApprovalsOptions): Approvals {
  const { certificates, devices, stored, ownerOf, revocations, cutter, transaction } = options
  return {
    approve(text, userId) {
      const { fingerprint, subjectId, subject = '', issuer } = getPending(text)
      transaction(() => {
        // An existing device keeps its owner; the certificate becomes one more of its own.
        devices.ensure(subjectId, devices.resolveOwner(subjectId, userId ?? ownerOfNew(subjectId, subject, issuer)))
        certificates.approve(fingerprint)
      })
      cutter.liftBan('device', subjectId)
      return get(fingerprint)
    },
    async reject(text) {
      const certificate = getPending(text)
      await revocations.mark([certificate], 'privilegeWithdrawn')()
      return get(certificate.fingerprint)
    },
  }

  function ownerOfNew(deviceId: string, subject: string, issuer: string | undefined): string | undefined {
    if (stored.find(deviceId)) return undefined
    const owner = ownerOf(subject, issuer)
    if (owner !== undefined) return owner
    throw new DomainError(
      'owner_unknown',
      `The subject of this certificate does not say who owns ${deviceId} (ca.unknown_owner): name the user in "userId"`,
    )
  }

  function getPending(text: string): Certificate {
    const certificate = get(parseFingerprint(text))
    if (certificate.pendingSince && !certificate.revokedAt) return certificate
    throw new DomainError(
      'certificate_not_pending',
      `Certificate ${certificate.fingerprint} does not wait for approval`,
    )
  }

  function get(fingerprint: string): Certificate {
    const certificate = certificates.findByFingerprint(fingerprint)
    if (certificate) return certificate
    throw new DomainError('certificate_not_found', `The registry holds no certificate ${fingerprint}`)
  }
}
