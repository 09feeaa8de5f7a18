import type { Clock } from '../clock.ts'
import { type ChainVerdict, describeCertificate, type Peer, type PeerCertificate } from '../peer-identity.ts'
import type { Presented, RefusalCause } from '../refusal.ts'
import { type Certificate, isActive, type UnusableCause, whyUntimely, whyUnusable } from './certificate.ts'
import type { Identity } from './identity.ts'
import type { Issuers } from './issuers.ts'
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

export interface Admissions {
  /**
   * Whether this peer is a device or service now; synchronous, so that admitting and acting on it are one tick.
   * `expiredMs`: for how long past its end a certificate still does.
   */
  admit(peer: Peer, expiredMs?: number): Admission
  /** Why the holder of the certificate with this fingerprint would be refused now; undefined: it would be let in. */
  whyRefused(fingerprint: string): RefusalCause | undefined
  /** Who connected with this certificate; none once it is revoked, or its holder suspended or gone. */
  identityOf(fingerprint: string): Identity | undefined
}

export interface AdmissionsOptions extends SubjectsOptions {
  readonly certificates: Pick<CertificateStore, 'findByFingerprint' | 'listOf'>
  readonly newcomers: Pick<Newcomers, 'receive'>
  readonly issuers: Pick<Issuers, 'find'>
  readonly clock: Clock
}

export const CHAIN_CAUSES = {
  issuer_unknown: 'issuer_unknown',
  signature_invalid: 'certificate_signature_invalid',
  purpose_wrong: 'purpose_wrong',
  chain_invalid: 'chain_invalid',
} as const satisfies Record<Exclude<ChainVerdict, 'trusted'>, RefusalCause>

/** `certificate` is the record, where there is one: it says whose refusal it is. */
export interface Refused {
  readonly cause: RefusalCause
  readonly certificate?: Certificate
  readonly expected?: string
}

type Judgement = Verdict | Refused

type ShownPeer = Extract<Peer, { readonly certificate: PeerCertificate }>

type Verdict = { readonly identity: Identity; readonly certificate: Certificate }

export function createAdmissions(options: AdmissionsOptions): Admissions {
  const { certificates, newcomers, issuers, clock } = options
  return {
    admit(peer, expiredMs = 0) {
      if (!peer.certificate) return { admitted: false, cause: 'certificate_missing', presented: {} }
      const judgement = judgePeer(peer, expiredMs)
      return 'cause' in judgement ? tell(judgement, peer.certificate) : { admitted: true, ...judgement }
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

  function judgePeer(peer: ShownPeer, expiredMs: number): Judgement {
    const { certificate: presented, chain, authority } = peer
    if (chain !== 'trusted') return { cause: CHAIN_CAUSES[chain] }
    const now = clock()
    const known = certificates.findByFingerprint(presented.fingerprint)
    const untimely = known ? undefined : whyUntimely(presented, now)
    if (untimely) return refuseUnusable(untimely, now)
    const newcomer = known ? undefined : newcomers.receive(presented, authority)
    if (newcomer && 'cause' in newcomer) return newcomer
    const judgement = judge(known ? complete(known, peer) : newcomer, now, expiredMs)
    if ('cause' in judgement) return judgement
    const misnamed = whyMisnamed(presented, judgement.identity.id)
    return misnamed ? { ...misnamed, certificate: judgement.certificate } : judgement
  }

  function judge(certificate: Certificate | undefined, now: Date, expiredMs = 0): Judgement {
    if (!certificate) return { cause: 'certificate_unknown' }
    // The chain was judged in the handshake; a CA may have been let go since.
    const issuer = issuers.find(certificate.issuer)
    if (!issuer) return { cause: 'issuer_unknown', certificate }
    const unusable = whyUnusable(certificate, now)
    if (unusable && !isTolerated(unusable, certificate, now, expiredMs))
      return refuseUnusable(unusable, now, certificate)
    const { kind, subjectId } = certificate
    if (kind !== 'device' && (kind !== 'service' || issuer !== 'own'))
      return { cause: 'certificate_kind_wrong', certificate }
    const subject = findSubject(options, kind, subjectId)
    if (!subject) return { cause: 'certificate_unknown', certificate }
    if (subject.state === 'active') return { identity: subject.identity, certificate }
    return { cause: 'identity_suspended', certificate, expected: `${kind} ${subjectId} in the state active` }
  }

  function tell({ cause, certificate, expected }: Refused, shown: PeerCertificate): Admission {
    const presented = describeCertificate(shown)
    if (!certificate) return { admitted: false, cause, presented, ...(expected === undefined ? {} : { expected }) }
    const identity = `${certificate.kind}:${certificate.subjectId}`
    const wanted = expected ?? (REPLACED.has(cause) ? findReplacement(certificate) : undefined)
    return {
      admitted: false,
      cause,
      presented: { identity, ...presented },
      ...(wanted === undefined ? {} : { expected: wanted }),
    }
  }

  /** What its holder could show instead. */
  function findReplacement({ kind, subjectId }: Certificate): string | undefined {
    const now = clock()
    const active = certificates.listOf(kind, subjectId).find((certificate) => isActive(certificate, now))
    return active && `the certificate ${active.fingerprint} of ${kind} ${subjectId}`
  }
}

/** Its single CN is the id it was issued to. */
export function whyMisnamed({ commonNames }: PeerCertificate, id: string): Refused | undefined {
  const [commonName, ...others] = commonNames
  return commonName === id && others.length === 0 ? undefined : { cause: 'common_name_wrong', expected: `CN=${id}` }
}

// That it has expired is the last that is asked: it is neither revoked, nor pending, nor superseded.
function isTolerated(cause: UnusableCause, { notAfter }: Certificate, now: Date, expiredMs: number): boolean {
  return cause === 'certificate_expired' && notAfter !== undefined && now.getTime() <= notAfter.getTime() + expiredMs
}

const REPLACED: ReadonlySet<RefusalCause> = new Set(['certificate_revoked', 'certificate_superseded'])

/** What was registered by its fingerprint alone learns the rest when it is shown; the first connection is when it is kept. */
function complete(known: Certificate, { certificate: presented, authority }: ShownPeer): Certificate {
  const issued = authority === undefined ? {} : { issuer: authority }
  if (known.serialNumber !== undefined) return known.issuer === undefined ? { ...known, ...issued } : known
  const { serialNumber, notBefore, notAfter, subject } = presented
  return { ...known, ...issued, serialNumber, notBefore, notAfter, subject }
}

export function refuseUnusable(cause: UnusableCause, now: Date, certificate?: Certificate): Refused {
  const found = { cause, ...(certificate ? { certificate } : {}) }
  if (cause !== 'certificate_expired' && cause !== 'certificate_not_yet_valid') return found
  return { ...found, expected: `a certificate valid at ${now.toISOString()}, the time of the hub's clock` }
}
