import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { parseFingerprint } from '../identifiers.ts'
import { type Certificate, isHeld, isRevocable, stateOf } from './certificate.ts'
import type { ListedCertificate } from './certificates.ts'
import type { CertificateStore, Cutter } from './ports.ts'
import type { Revocations } from './revocations.ts'

/** The one revocation that can be taken back: RFC 5280 §5.3.1, certificateHold. */
export interface Holds {
  /**
   * Resolves after the live sessions are closed; again: nothing changes. Throws `certificate_revoked` for what is revoked
   * for good, and `forbidden` for those of administrators and servers unless `isAdministrator`.
   */
  hold(fingerprint: string, isAdministrator: boolean): Promise<ListedCertificate>
  /** Lets its holder in again; throws `certificate_not_held`, and `forbidden` in the same way. */
  unhold(fingerprint: string, isAdministrator: boolean): ListedCertificate
}

export interface HoldsOptions {
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'>
  readonly revocations: Pick<Revocations, 'mark' | 'release'>
  readonly cutter: Pick<Cutter, 'liftBan'>
  readonly clock: Clock
}

export function createHolds({ certificates, revocations, cutter, clock }: HoldsOptions): Holds {
  return {
    async hold(text, isAdministrator) {
      const certificate = getAllowed(text, isAdministrator)
      if (isRevocable(certificate, 'certificateHold')) await revocations.mark([certificate], 'certificateHold')()
      else if (!isHeld(certificate)) {
        throw new DomainError(
          'certificate_revoked',
          `Certificate ${certificate.fingerprint} is revoked for good, and cannot be put on hold`,
        )
      }
      return assess(certificate.fingerprint)
    },
    unhold(text, isAdministrator) {
      const certificate = getAllowed(text, isAdministrator)
      const { fingerprint, kind, subjectId } = certificate
      if (!isHeld(certificate)) {
        throw new DomainError(
          'certificate_not_held',
          `Certificate ${fingerprint} is ${stateOf(certificate, clock())}, not on hold: every other revocation is final`,
        )
      }
      revocations.release(certificate)
      // It may have gone on trying.
      if (kind === 'device' || kind === 'service') cutter.liftBan(kind, subjectId)
      return assess(fingerprint)
    },
  }

  function getAllowed(text: string, isAdministrator: boolean): Certificate {
    const certificate = get(parseFingerprint(text))
    const { kind } = certificate
    if (isAdministrator || kind === 'device' || kind === 'service') return certificate
    throw new DomainError(
      'forbidden',
      'Certificates of administrators and servers are held and released by administrators',
    )
  }

  function get(fingerprint: string): Certificate {
    const certificate = certificates.findByFingerprint(fingerprint)
    if (certificate) return certificate
    throw new DomainError('certificate_not_found', `The registry holds no certificate ${fingerprint}`)
  }

  function assess(fingerprint: string): ListedCertificate {
    const certificate = get(fingerprint)
    return { certificate, state: stateOf(certificate, clock()) }
  }
}
