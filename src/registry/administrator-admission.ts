import type { Clock } from '../clock.ts'
import { type ChainVerdict, describeCertificate, type PeerCertificate } from '../peer-identity.ts'
import type { Presented, RefusalCause } from '../refusal.ts'
import type { Administrator } from './administrator.ts'
import { CHAIN_CAUSES, type Refused, refuseUnusable, whyMisnamed } from './admission.ts'
import { type Certificate, whyUntimely, whyUnusable } from './certificate.ts'
import type { AdministratorStore, CertificateStore } from './ports.ts'

export type AdministratorAdmission =
  | ({ readonly admitted: true } & Verdict)
  | {
      readonly admitted: false
      readonly cause: RefusalCause
      readonly presented: Presented
      readonly expected?: string
    }

/** A certificate as the handshake leaves it. */
export interface ShownCertificate {
  readonly certificate: PeerCertificate
  readonly chain: ChainVerdict
}

export interface AdministratorAdmissions {
  /** Whose certificate this is now; synchronous, so that admitting and acting on it are one tick. */
  admit(shown: ShownCertificate): AdministratorAdmission
}

export interface AdministratorAdmissionsOptions {
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'>
  readonly administrators: Pick<AdministratorStore, 'find'>
  readonly clock: Clock
}

interface Verdict {
  readonly administrator: Administrator
  readonly certificate: Certificate
}

export function createAdministratorAdmissions(options: AdministratorAdmissionsOptions): AdministratorAdmissions {
  const { certificates, administrators, clock } = options
  return {
    admit(shown) {
      const judgement = judge(shown)
      if ('cause' in judgement)
        return { admitted: false, ...judgement, presented: describeCertificate(shown.certificate) }
      return { admitted: true, ...judgement }
    },
  }

  function judge({ certificate: presented, chain }: ShownCertificate): Verdict | Refused {
    if (chain !== 'trusted') return { cause: CHAIN_CAUSES[chain] }
    const now = clock()
    const certificate = certificates.findByFingerprint(presented.fingerprint)
    const unusable = certificate ? whyUnusable(certificate, now) : whyUntimely(presented, now)
    if (unusable) return refuseUnusable(unusable, now)
    // Nobody becomes an administrator by being signed: ca.unknown is for devices.
    if (!certificate) return { cause: 'certificate_unknown' }
    const { kind, subjectId } = certificate
    if (kind !== 'administrator') return { cause: 'certificate_kind_wrong', expected: 'an administrator' }
    const administrator = administrators.find(subjectId)
    if (administrator?.name !== subjectId) return { cause: 'certificate_unknown' }
    return whyMisnamed(presented, subjectId) ?? { administrator, certificate }
  }
}
