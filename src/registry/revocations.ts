import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import type { AuditTrail } from './audit/audit-trail.ts'
import { type Certificate, type CertificateKind, isRevocable, type RevocationReason } from './certificate.ts'
import type { CertificateMarks, CertificateStore, Cutter } from './ports.ts'
import type { SharedTransaction } from './shared-transaction.ts'

export interface Revocation {
  readonly deviceId: string
  readonly revokedAt: Date
}

/** Closes the live sessions of what was marked, and tells of it; resolves once they are closed. */
export type Cut = () => Promise<void>

export interface Revocations {
  /** Every certificate that is not revoked for good; resolves after the live sessions are closed. Again: the same `revokedAt`. */
  revokeDevice(deviceId: string, reason: RevocationReason): Promise<Revocation>
  revokeService(name: string, reason: RevocationReason): Promise<Revocation>
  revokeAdministrator(name: string, reason: RevocationReason): Promise<Revocation>
  /**
   * Marks these, in the transaction it stands in. The cut is to be made in the same tick, so that nobody is admitted in
   * between, and after the commit, so that nobody is cut by what was then undone.
   */
  mark(certificates: readonly Certificate[], reason: RevocationReason): Cut
  /** The same for every certificate of a subject that is not revoked for good. */
  markAll(kind: CertificateKind, subjectId: string, reason: RevocationReason): Cut
  /** Ends the hold of a certificate: whoever shows it is let in again. */
  release(certificate: Certificate): void
  /** The first connection of a certificate ends the older ones of the same subject: a rotation is complete. */
  noteConnection(certificate: Certificate): Promise<void>
  /** Ends the certificates whose overlap is over, a part of them a turn of the event loop. */
  endOverlaps(): Promise<void>
}

export interface RevocationsOptions {
  readonly certificates: CertificateStore & CertificateMarks
  readonly sharedTransaction: SharedTransaction
  readonly cutter: Pick<Cutter, 'cutCredentials'>
  /** Told once revocations, or the end of a hold, are kept. */
  readonly onCrlChange: () => void
  readonly audit: Pick<AuditTrail, 'byItself'>
  readonly events: EventFeed
  readonly clock: Clock
}

/** Each takes a third of a millisecond, with what is told of it. */
export const REVOKED_AT_ONCE = 50

export function createRevocations(options: RevocationsOptions): Revocations {
  const { certificates, sharedTransaction, cutter, onCrlChange, audit, events, clock } = options
  return {
    revokeDevice: (deviceId, reason) => revokeSubject('device', deviceId, reason),
    revokeService: (name, reason) => revokeSubject('service', name, reason),
    revokeAdministrator: (name, reason) => revokeSubject('administrator', name, reason),
    mark,
    markAll,

    release({ kind, subjectId, fingerprint }) {
      certificates.markReleased(fingerprint)
      events.publish('certificate.released', { kind, id: subjectId, fingerprint })
      onCrlChange()
    },

    async noteConnection(certificate) {
      if (certificate.firstSeenAt) return
      const all = certificates.listOf(certificate.kind, certificate.subjectId)
      const [, ...older] = all.slice(all.findIndex(({ id }) => id === certificate.id))
      const revocable = older.filter((one) => isRevocable(one, 'superseded'))
      const closed = mark(revocable, 'superseded')()
      // Last: until the older ones are marked, the next connection is the first again.
      certificates.markFirstSeen(certificate, clock())
      await closed
    },

    endOverlaps: () => endOverlaps(clock()),
  }

  async function endOverlaps(by: Date): Promise<void> {
    const over = certificates.listRetired(by, REVOKED_AT_ONCE)
    if (over.length === 0) return
    const object = [...new Set(over.map(({ subjectId }) => subjectId))].join(' ')
    // What a loss of power undoes of it ends at the next sweep: nobody waits for the disk meanwhile.
    const end = () =>
      sharedTransaction(
        () => mark(certificates.listRetired(by, REVOKED_AT_ONCE), 'superseded'),
        (cut) => ({ closed: cut() }),
      )
    const { closed } = await audit.byItself({ action: 'certificate.overlap.end', object }, end)
    // Not after these are closed: a socket that hangs keeps nobody else connected.
    await Promise.all([closed, endOverlaps(by)])
  }

  async function revokeSubject(
    kind: CertificateKind,
    subjectId: string,
    reason: RevocationReason,
  ): Promise<Revocation> {
    const closed = markAll(kind, subjectId, reason)()
    const times = certificates.listOf(kind, subjectId).flatMap(({ revokedAt }) => revokedAt?.getTime() ?? [])
    if (times.length === 0)
      throw new DomainError('certificate_not_found', `No certificate was ever issued to ${kind} ${subjectId}`)
    await closed
    return { deviceId: subjectId, revokedAt: new Date(Math.max(...times)) }
  }

  function markAll(kind: CertificateKind, subjectId: string, reason: RevocationReason): Cut {
    const all = certificates.listOf(kind, subjectId)
    return mark(
      all.filter((certificate) => isRevocable(certificate, reason)),
      reason,
    )
  }

  function mark(those: readonly Certificate[], reason: RevocationReason): Cut {
    if (those.length === 0) return () => Promise.resolve()
    const fingerprints = those.map(({ fingerprint }) => fingerprint)
    certificates.markRevoked(fingerprints, clock(), reason)
    return () => {
      const closed = cutter.cutCredentials(fingerprints, `certificate revoked: ${reason}`)
      for (const { kind, subjectId, fingerprint } of those) {
        events.publish('certificate.revoked', { kind, id: subjectId, fingerprint, reason })
      }
      onCrlChange()
      return closed
    }
  }
}
