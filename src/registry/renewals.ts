import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { describeCertificate, type Peer } from '../peer-identity.ts'
import type { Admission, Admissions } from './admission.ts'
import type { Certificate } from './certificate.ts'
import type { Issuance } from './issuance.ts'
import type { Issuers } from './issuers.ts'
import type { CertificateTerms } from './ports.ts'
import { DEFAULT_PROFILE_NAME } from './profiles.ts'
import type { CertifiedKey } from './succession.ts'

/** When a device may renew its own certificate. */
export interface RenewalPolicy {
  /** Before the end of a certificate of this profile; undefined: in the last third of its life. */
  readonly beforeSecondsOf: (profile: string) => number | undefined
  readonly afterExpiryDays: number
  /** Whether a rotation asks for the renewal of this one, however early. */
  readonly isAsked: (certificate: Certificate) => boolean
}

/** What a device does with its own certificate. */
export interface Renewals {
  /** Whether this peer is a device that may ask, its certificate expired lately or not; synchronous. */
  admit(peer: Peer): Admission
  /**
   * For the key of a PKCS#10 request, or for one that is made for it. Throws `unauthorized`, `renewal_too_early` with the
   * time from which on, `profile_violation`, `csr_invalid`, `key_not_allowed`, `key_in_use`, `key_compromised`.
   */
  renew(peer: Peer, request: Uint8Array | undefined): Promise<Renewed>
}

export type Renewed = CertifiedKey & {
  /** PKCS#8 PEM, held nowhere else; none of a key that the device has made. */
  readonly privateKeyPem?: string
}

export interface RenewalsOptions {
  readonly admissions: Pick<Admissions, 'admit'>
  readonly issuance: Pick<Issuance, 'renewDevice'>
  readonly issuers: Pick<Issuers, 'find' | 'isLeaving'>
  readonly policy: RenewalPolicy
  readonly clock: Clock
}

const DAY_MS = 86_400_000

export function createRenewals({ admissions, issuance, issuers, policy, clock }: RenewalsOptions): Renewals {
  return {
    admit,
    async renew(peer, request) {
      const certificate = requireAdmitted(peer)
      requireOwn(certificate)
      // What a CA signed that is to go is renewed the sooner the better.
      if (!issuers.isLeaving(certificate.issuer) && !policy.isAsked(certificate)) requireInWindow(certificate)
      return issuance.renewDevice({
        certificate,
        terms: termsOf(certificate),
        request,
        requireAllowed: () => void requireAdmitted(peer),
      })
    },
  }

  function admit(peer: Peer): Admission {
    const admission = admissions.admit(peer, policy.afterExpiryDays * DAY_MS)
    if (!admission.admitted || !peer.certificate || admission.identity.kind === 'device') return admission
    const presented = { identity: `service:${admission.identity.id}`, ...describeCertificate(peer.certificate) }
    return { admitted: false, cause: 'certificate_kind_wrong', presented, expected: 'a certificate of a device' }
  }

  function requireAdmitted(peer: Peer): Certificate {
    const admission = admit(peer)
    if (admission.admitted) return admission.certificate
    throw new DomainError('unauthorized', `The certificate lets nobody renew it any more (${admission.cause})`)
  }

  // Its certificate of ours would outlive the trust in the CA that vouches for it.
  function requireOwn({ issuer, subjectId }: Certificate): void {
    if (issuers.find(issuer) === 'own') return
    throw new DomainError('forbidden', `Device ${subjectId} has its certificate from another CA: let that one renew it`)
  }

  function requireInWindow(certificate: Certificate): void {
    const { from, until } = lifeOf(certificate)
    const beforeSeconds = policy.beforeSecondsOf(termsOf(certificate).profile)
    const before = beforeSeconds === undefined ? (until.getTime() - from.getTime()) / 3 : beforeSeconds * 1000
    const opens = new Date(until.getTime() - before)
    if (opens <= clock()) return
    throw new DomainError('renewal_too_early', `This certificate may be renewed from ${opens.toISOString()} on`)
  }
}

/** One that no profile is known of lives as long as the one before it. */
function termsOf(certificate: Certificate): CertificateTerms {
  const { profile, validitySeconds } = certificate
  if (profile !== undefined) return { profile, ...(validitySeconds === undefined ? {} : { validitySeconds }) }
  const { from, until } = lifeOf(certificate)
  const seconds = Math.round((until.getTime() - from.getTime()) / 1000)
  return { profile: DEFAULT_PROFILE_NAME, validitySeconds: Math.max(seconds, 60) }
}

/** One that was registered by its fingerprint alone has its dates as soon as it is shown. */
function lifeOf({ fingerprint, notBefore, notAfter, origin, createdAt }: Certificate): {
  readonly from: Date
  readonly until: Date
} {
  if (!notBefore || !notAfter) throw new Error(`Certificate ${fingerprint} was admitted without its dates`)
  // What is issued here is dated back, which may be longer than all the rest of its life.
  return { from: origin === undefined ? createdAt : notBefore, until: notAfter }
}
