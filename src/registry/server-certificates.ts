import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import { parseFingerprint } from '../identifiers.ts'
import { type Certificate, isRevocable, type RevocationReason } from './certificate.ts'
import { type Issuers, requireIssuer } from './issuers.ts'
import type { CertificateStore, IssuedLeaf, KeyAlgorithm } from './ports.ts'
import type { Revocations } from './revocations.ts'

/** Makes a key and a certificate for a server, and knows what goes with it. */
export interface ServerIssuer {
  /** DNS names and addresses, at least one; throws `profile_violation`. */
  issueServer(names: readonly string[], keyAlgorithm?: KeyAlgorithm): Promise<IssuedServerLeaf>
  /** What its clients verify it with. */
  readonly caCertificatePem: string
}

export interface IssuedServerLeaf extends IssuedLeaf {
  /** In the one spelling of each. */
  readonly names: readonly string[]
  /** The leaf, then the CAs below the root. */
  readonly chainPem: string
  readonly privateKeyPem: string
}

export interface IssuedServerCertificate extends IssuedServerLeaf {
  readonly caCertificatePem: string
}

/** Certificates of other servers, such as an EMQX beside the hub. */
export interface ServerCertificates {
  issue(names: readonly string[], keyAlgorithm?: KeyAlgorithm): Promise<IssuedServerCertificate>
  /** Again: as it was revoked first. Throws `certificate_not_found` for those of devices and services too. */
  revoke(fingerprint: string, reason: RevocationReason): Promise<RevokedServerCertificate>
}

export interface RevokedServerCertificate {
  readonly fingerprint: string
  readonly revokedAt: Date
}

export interface ServerCertificatesOptions {
  readonly issuer: ServerIssuer
  readonly issuers: Pick<Issuers, 'find'>
  readonly certificates: Pick<CertificateStore, 'findByFingerprint' | 'insert'>
  readonly revocations: Pick<Revocations, 'mark'>
  readonly events: EventFeed
  readonly clock: Clock
}

export function createServerCertificates(options: ServerCertificatesOptions): ServerCertificates {
  const { issuer, issuers, certificates, revocations, events, clock } = options
  return {
    async issue(names, keyAlgorithm) {
      const leaf = await issuer.issueServer(names, keyAlgorithm)
      const [subjectId = ''] = leaf.names
      requireIssuer(issuers, leaf)
      certificates.insert(recordOf(leaf, subjectId, clock()))
      events.publish('certificate.issued', { kind: 'server', id: subjectId, fingerprint: leaf.fingerprint })
      return { ...leaf, caCertificatePem: issuer.caCertificatePem }
    },
    async revoke(text, reason) {
      const certificate = get(parseFingerprint(text))
      const { fingerprint } = certificate
      if (isRevocable(certificate, reason)) await revocations.mark([certificate], reason)()
      return { fingerprint, revokedAt: get(fingerprint).revokedAt ?? clock() }
    },
  }

  function get(fingerprint: string): Certificate {
    const certificate = certificates.findByFingerprint(fingerprint)
    if (certificate?.kind === 'server') return certificate
    throw new DomainError('certificate_not_found', `The registry holds no server certificate ${fingerprint}`)
  }
}

function recordOf(leaf: IssuedLeaf, subjectId: string, createdAt: Date): Certificate {
  return {
    id: randomUUID(),
    kind: 'server',
    subjectId,
    fingerprint: leaf.fingerprint,
    serialNumber: leaf.serialNumber,
    pem: leaf.certificatePem,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    issuer: leaf.issuer,
    createdAt,
    firstSeenAt: undefined,
    retiresAt: undefined,
    revokedAt: undefined,
    revocationReason: undefined,
  }
}
