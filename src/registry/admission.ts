import type { Clock } from '../clock.ts'
import type { ChainVerdict, Peer, PeerCertificate } from '../peer-identity.ts'
import type { RefusalCause } from '../refusal.ts'
import { type Certificate, type UnusableCause, whyUntimely, whyUnusable } from './certificate.ts'
import type { Identity } from './identity.ts'
import type { Newcomers } from './newcomers.ts'
import type { CertificateStore } from './ports.ts'
import { findSubject, type SubjectsOptions } from './subjects.ts'

export type Admission =
  | { readonly admitted: true; readonly identity: Identity; readonly certificate: Certificate }
  | {
      readonly admitted: false
      readonly cause: RefusalCause
      readonly presented: Presented
      readonly expected?: string
    }

type Presented = Readonly<Record<string, string>>

export interface Admissions {
  /** Whether this peer is a device or service now; synchronous, so that admitting and acting on it are one tick. */
  admit(peer: Peer): Admission
  /** Why the holder of the certificate with this fingerprint would be refused now; undefined: it would be let in. */
  whyRefused(fingerprint: string): RefusalCause | undefined
  /** Who connected with this certificate; none once it is revoked, or its holder suspended or gone. */
  identityOf(fingerprint: string): Identity | undefined
}

export interface AdmissionsOptions extends SubjectsOptions {
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'>
  readonly newcomers: Pick<Newcomers, 'receive'>
  readonly clock: Clock
}

export const CHAIN_CAUSES = {
  issuer_unknown: 'issuer_unknown',
  signature_invalid: 'certificate_signature_invalid',
  purpose_wrong: 'purpose_wrong',
  chain_invalid: 'chain_invalid',
} as const satisfies Record<Exclude<ChainVerdict, 'trusted'>, RefusalCause>

export type Refused = { readonly cause: RefusalCause; readonly expected?: string }

type Judgement = Verdict | Refused

type Verdict = { readonly identity: Identity; readonly certificate: Certificate }

export function createAdmissions(options: AdmissionsOptions): Admissions {
  const { certificates, newcomers, clock } = options
  return {
    admit(peer) {
      if (!peer.certificate) return { admitted: false, cause: 'certificate_missing', presented: {} }
      const judgement = judgePeer(peer.certificate, peer.chain)
      if ('cause' in judgement) return { admitted: false, ...judgement, presented: describePeer(peer.certificate) }
      return { admitted: true, ...judgement }
    },
    whyRefused(fingerprint) {
      const judgement = judge(certificates.findByFingerprint(fingerprint), clock())
      return 'cause' in judgement ? judgement.cause : undefined
    },
    identityOf(fingerprint) {
      const certificate = certificates.findByFingerprint(fingerprint)
      const now = clock()
      // That it has expired takes back nothing of what was said with it.
      const end = certificate?.notAfter
      const judgement = judge(certificate, end && end < now ? end : now)
      return 'cause' in judgement ? undefined : judgement.identity
    },
  }

  function judgePeer(presented: PeerCertificate, chain: ChainVerdict): Judgement {
    if (chain !== 'trusted') return { cause: CHAIN_CAUSES[chain] }
    const now = clock()
    const known = certificates.findByFingerprint(presented.fingerprint)
    const untimely = known ? undefined : whyUntimely(presented, now)
    if (untimely) return refuseUnusable(untimely, now)
    const judgement = judge(known ? complete(known, presented) : newcomers.receive(presented), now)
    if ('cause' in judgement) return judgement
    return whyMisnamed(presented, judgement.identity.id) ?? judgement
  }

  function judge(certificate: Certificate | undefined, now: Date): Judgement {
    if (!certificate) return { cause: 'certificate_unknown' }
    const unusable = whyUnusable(certificate, now)
    if (unusable) return refuseUnusable(unusable, now)
    const { kind, subjectId } = certificate
    if (kind !== 'device' && kind !== 'service') {
      return { cause: 'certificate_kind_wrong', expected: 'a device or service' }
    }
    const subject = findSubject(options, kind, subjectId)
    if (!subject) return { cause: 'certificate_unknown' }
    return subject.state === 'active' ? { identity: subject.identity, certificate } : { cause: 'identity_suspended' }
  }
}

/** Its single CN is the id it was issued to. */
export function whyMisnamed({ commonNames }: PeerCertificate, id: string): Refused | undefined {
  const [commonName, ...others] = commonNames
  return commonName === id && others.length === 0 ? undefined : { cause: 'common_name_wrong', expected: `CN=${id}` }
}

/** What was registered by its fingerprint alone learns the rest when it is shown; the first connection is when it is kept. */
function complete(known: Certificate, presented: PeerCertificate): Certificate {
  if (known.serialNumber !== undefined) return known
  const { serialNumber, notBefore, notAfter, subject } = presented
  return { ...known, serialNumber, notBefore, notAfter, subject }
}

export function refuseUnusable(cause: UnusableCause, now: Date): Refused {
  if (cause !== 'certificate_expired' && cause !== 'certificate_not_yet_valid') return { cause }
  return { cause, expected: `a time between notBefore and notAfter; the hub's clock says ${now.toISOString()}` }
}

export function describePeer(certificate: PeerCertificate): Presented {
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
    fingerprint: certificate.fingerprint,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  }
}
