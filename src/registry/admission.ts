import type { Clock } from '../clock.ts'
import type { ChainVerdict, Peer, PeerCertificate } from '../peer-identity.ts'
import type { RefusalCause } from '../refusal.ts'
import type { Certificate } from './certificate.ts'
import type { Identity } from './identity.ts'
import type { CertificateStore, DeviceStore, ServiceStore } from './ports.ts'

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
  /** Who holds this certificate, connected or not; none once it is revoked, or its holder suspended or gone. */
  identityOf(fingerprint: string): Identity | undefined
}

export interface AdmissionsOptions {
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'>
  readonly devices: Pick<DeviceStore, 'find'>
  readonly services: Pick<ServiceStore, 'find'>
  readonly clock: Clock
}

const CHAIN_CAUSES = {
  issuer_unknown: 'issuer_unknown',
  signature_invalid: 'certificate_signature_invalid',
  purpose_wrong: 'purpose_wrong',
  chain_invalid: 'chain_invalid',
} as const satisfies Record<Exclude<ChainVerdict, 'trusted'>, RefusalCause>

export function createAdmissions({ certificates, devices, services, clock }: AdmissionsOptions): Admissions {
  return {
    admit,
    identityOf(fingerprint) {
      const certificate = certificates.findByFingerprint(fingerprint)
      if (certificate?.kind !== 'device' && certificate?.kind !== 'service') return undefined
      const subject = certificate.revokedAt ? undefined : findSubject(certificate.kind, certificate.subjectId)
      return subject?.state === 'active' ? subject.identity : undefined
    },
  }

  function admit(peer: Peer): Admission {
    if (!peer.certificate) return { admitted: false, cause: 'certificate_missing', presented: {} }
    const presented = describe(peer.certificate)
    const refuse = (cause: RefusalCause, expected?: string): Admission =>
      expected === undefined ? { admitted: false, cause, presented } : { admitted: false, cause, presented, expected }

    if (peer.chain !== 'trusted') return refuse(CHAIN_CAUSES[peer.chain])
    const known = certificates.findByFingerprint(peer.certificate.fingerprint)
    const untimely = judgeDates(peer.certificate, clock())
    if (!known) return refuse(untimely ?? 'certificate_unknown')
    if (known.revokedAt)
      return refuse(known.revocationReason === 'superseded' ? 'certificate_superseded' : 'certificate_revoked')
    if (known.retiresAt && known.retiresAt <= clock()) return refuse('certificate_superseded')
    if (untimely)
      return refuse(untimely, `a time between notBefore and notAfter; the hub's clock says ${clock().toISOString()}`)
    const [commonName, ...others] = peer.certificate.commonNames
    if (commonName !== known.subjectId || others.length > 0) return refuse('common_name_wrong', `CN=${known.subjectId}`)
    return admitSubject(known, refuse)
  }

  function admitSubject(
    certificate: Certificate,
    refuse: (cause: RefusalCause, expected?: string) => Admission,
  ): Admission {
    if (certificate.kind !== 'device' && certificate.kind !== 'service')
      return refuse('certificate_kind_wrong', 'a device or service')
    const subject = findSubject(certificate.kind, certificate.subjectId)
    if (!subject) return refuse('certificate_unknown')
    if (subject.state !== 'active') return refuse('identity_suspended')
    return { admitted: true, identity: subject.identity, certificate }
  }

  function findSubject(
    kind: Identity['kind'],
    id: string,
  ): { readonly state: string; readonly identity: Identity } | undefined {
    if (kind === 'service') {
      const service = services.find(id)
      return service?.name === id
        ? { state: service.state, identity: { kind, id, userId: undefined, clientIds: [] } }
        : undefined
    }
    const device = devices.find(id)
    return device?.id === id
      ? { state: device.state, identity: { kind, id, userId: device.userId, clientIds: device.clientIds } }
      : undefined
  }
}

// RFC 5280 §4.1.2.5: the period includes both ends
function judgeDates({ notBefore, notAfter }: PeerCertificate, now: Date): RefusalCause | undefined {
  if (now < notBefore) return 'certificate_not_yet_valid'
  if (now > notAfter) return 'certificate_expired'
  return undefined
}

function describe(certificate: PeerCertificate): Presented {
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
    fingerprint: certificate.fingerprint,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  }
}
