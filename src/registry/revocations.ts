import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import type { Certificate, CertificateKind, RevocationReason } from './certificate.ts'
import type { CertificateMarks, CertificateStore, Cutter } from './ports.ts'

export interface Revocation {
  readonly deviceId: string
  readonly revokedAt: Date
}

export interface Revocations {
  /** Every unrevoked certificate; resolves after the live sessions are closed. Again: the same `revokedAt`. */
  revokeDevice(deviceId: string, reason: RevocationReason): Promise<Revocation>
  revokeService(name: string, reason: RevocationReason): Promise<Revocation>
  /** Marks and cuts these before it returns, and throws if that fails; resolves after their live sessions are closed. */
  revokeThese(certificates: readonly Certificate[], reason: RevocationReason): Promise<void>
  /** The first connection of a certificate ends the older ones of the same subject: a rotation is complete. */
  noteConnection(certificate: Certificate): Promise<void>
  /** Ends the certificates whose overlap is over. */
  endOverlaps(): Promise<void>
}

export interface RevocationsOptions {
  readonly certificates: CertificateStore & CertificateMarks
  readonly cutter: Pick<Cutter, 'cutCertificates'>
  readonly events: EventFeed
  readonly clock: Clock
}

export function createRevocations({ certificates, cutter, events, clock }: RevocationsOptions): Revocations {
  return {
    revokeDevice: (deviceId, reason) => revokeSubject('device', deviceId, reason),
    revokeService: (name, reason) => revokeSubject('service', name, reason),
    revokeThese,

    async noteConnection(certificate) {
      if (certificate.firstSeenAt) return
      certificates.markFirstSeen(certificate.fingerprint, clock())
      const all = certificates.listOf(certificate.kind, certificate.subjectId)
      const older = all.slice(all.findIndex(({ id }) => id === certificate.id) + 1)
      await revokeThese(older.filter(isUnrevoked), 'superseded')
    },

    async endOverlaps() {
      await revokeThese(certificates.listRetired(clock()), 'superseded')
    },
  }

  async function revokeSubject(
    kind: CertificateKind,
    subjectId: string,
    reason: RevocationReason,
  ): Promise<Revocation> {
    const all = certificates.listOf(kind, subjectId)
    if (all.length === 0)
      throw new DomainError('certificate_not_found', `No certificate was ever issued to ${kind} ${subjectId}`)
    const unrevoked = all.filter(isUnrevoked)
    const cut = revokeThese(unrevoked, reason)
    const revokedAt = certificates
      .listOf(kind, subjectId)
      .reduce((latest, { revokedAt: at }) => Math.max(latest, at?.getTime() ?? 0), 0)
    await cut
    return { deviceId: subjectId, revokedAt: new Date(revokedAt) }
  }

  // Not async: what fails before the sockets close must throw into the transaction it stands in.
  function revokeThese(those: readonly Certificate[], reason: RevocationReason): Promise<void> {
    if (those.length === 0) return Promise.resolve()
    const fingerprints = those.map(({ fingerprint }) => fingerprint)
    // Mark and cut in one tick: no connection can be admitted in between.
    certificates.markRevoked(fingerprints, clock(), reason)
    const cut = cutter.cutCertificates(fingerprints, `certificate revoked: ${reason}`)
    for (const { kind, subjectId, fingerprint } of those) {
      events.publish('certificate.revoked', { kind, id: subjectId, fingerprint, reason })
    }
    return cut
  }
}

function isUnrevoked({ revokedAt }: Certificate): boolean {
  return revokedAt === undefined
}
