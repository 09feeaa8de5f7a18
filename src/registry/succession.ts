import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import { type Certificate, isHeld, whyUnusable } from './certificate.ts'
import { type Issuers, requireIssuer } from './issuers.ts'
import type { CertificateMarks, CertificateStore, Cutter, IssuedLeaf, LeafIssuer } from './ports.ts'
import type { Revocations } from './revocations.ts'
import type { SharedTransaction } from './shared-transaction.ts'

/** A new certificate, and what is to become of those that its subject has. */
export interface Successor {
  readonly onExisting: 'rotate' | 'replace' | 'fail'
  readonly overlapHours: number | undefined
  readonly idempotencyKey: string | undefined
  /** In a renewal the one that the device works with, as it has just shown. */
  readonly inUse?: string
  /** The device asks for itself, with a token that it was given. */
  readonly byItself?: boolean
}

/** A certificate for a key that somebody else may hold. */
export interface CertifiedKey {
  readonly certificate: Certificate &
    Omit<IssuedLeaf, 'certificatePem' | 'issuer' | 'terms' | 'keyThumbprint'> & { readonly pem: string }
  readonly caCertificatePem: string
}

export interface Succession {
  /** Throws `already_issued` or `certificate_exists` where there may be no further certificate. */
  requireAllowed(kind: Certificate['kind'], subjectId: string, successor: Successor): void
  /** Keeps what was signed, and ends the certificates that it leaves no room for; resolves once their sessions are closed. */
  keep(
    kind: 'device' | 'service' | 'administrator',
    subjectId: string,
    leaf: IssuedLeaf,
    successor: Successor,
    requireSubject: () => void,
  ): Promise<CertifiedKey>
}

export interface SuccessionOptions {
  readonly issuer: Pick<LeafIssuer, 'caCertificatePem'>
  readonly issuers: Pick<Issuers, 'find'>
  readonly certificates: CertificateStore & CertificateMarks
  readonly revocations: Pick<Revocations, 'mark'>
  readonly cutter: Pick<Cutter, 'liftBan'>
  readonly sharedTransaction: SharedTransaction
  readonly events: EventFeed
  readonly clock: Clock
}

const HOUR_MS = 3_600_000

export function createSuccession(options: SuccessionOptions): Succession {
  const { issuer, issuers, certificates, revocations, cutter, sharedTransaction, events, clock } = options
  return { requireAllowed, keep }

  async function keep(
    kind: 'device' | 'service' | 'administrator',
    subjectId: string,
    leaf: IssuedLeaf,
    successor: Successor,
    requireSubject: () => void,
  ): Promise<CertifiedKey> {
    const certificate = {
      id: randomUUID(),
      kind,
      subjectId,
      fingerprint: leaf.fingerprint,
      serialNumber: leaf.serialNumber,
      pem: leaf.certificatePem,
      notBefore: leaf.notBefore,
      notAfter: leaf.notAfter,
      issuer: leaf.issuer,
      createdAt: clock(),
      ...leaf.terms,
      ...(successor.idempotencyKey === undefined ? {} : { idempotencyKey: successor.idempotencyKey }),
      firstSeenAt: undefined,
      retiresAt: undefined,
      revokedAt: undefined,
      revocationReason: undefined,
    } satisfies Certificate
    // The key took time to make: what was true before it is asked again, in the tick that keeps the result.
    const { closed } = await sharedTransaction(
      () => {
        requireIssuer(issuers, leaf)
        requireSubject()
        requireAllowed(kind, subjectId, successor)
        const outdated = makeRoom(kind, subjectId, successor)
        certificates.insert({ ...certificate, keyThumbprint: leaf.keyThumbprint })
        return revocations.mark(outdated, 'superseded')
      },
      (cut) => ({ closed: cut() }),
    )
    // What the device does for itself takes nothing back of what the broker holds against it.
    const { inUse, byItself = inUse !== undefined } = successor
    if (kind !== 'administrator' && !byItself) cutter.liftBan(kind, subjectId)
    const renewed = inUse === undefined ? {} : { renews: inUse }
    events.publish('certificate.issued', { kind, id: subjectId, fingerprint: certificate.fingerprint, ...renewed })
    await closed
    return { certificate, caCertificatePem: issuer.caCertificatePem }
  }

  function requireAllowed(
    kind: Certificate['kind'],
    subjectId: string,
    { onExisting, idempotencyKey }: Successor,
  ): void {
    const repeated =
      idempotencyKey && certificates.listOf(kind, subjectId).find((one) => one.idempotencyKey === idempotencyKey)
    if (repeated) {
      throw new DomainError(
        'already_issued',
        `This request was answered with certificate ${repeated.fingerprint}; its key is kept nowhere: ask anew under another Idempotency-Key`,
        { details: { fingerprint: repeated.fingerprint } },
      )
    }
    if (onExisting === 'fail' && currentOf(kind, subjectId).length > 0) {
      throw new DomainError(
        'certificate_exists',
        `${subjectId} already has an active certificate: revoke it, or ask for a rotation`,
      )
    }
  }

  /** The certificates that the new one ends at once; a rotation leaves the newest in use beside it. */
  function makeRoom(
    kind: Certificate['kind'],
    subjectId: string,
    { onExisting, overlapHours, inUse }: Successor,
  ): readonly Certificate[] {
    const current = currentOf(kind, subjectId)
    if (onExisting === 'replace') return current
    // Not the newest: the answer to an earlier renewal may never have reached the device.
    if (inUse !== undefined) return current.filter(({ fingerprint }) => fingerprint !== inUse)
    const [newest, ...others] = current
    if (newest && overlapHours !== undefined) {
      certificates.markRetiring([newest.fingerprint], new Date(clock().getTime() + overlapHours * HOUR_MS))
    }
    return others
  }

  /** The active ones, and those that may be: one issued before the clock was set back is not valid yet, and a hold may end. */
  function currentOf(kind: Certificate['kind'], subjectId: string): readonly Certificate[] {
    const now = clock()
    return certificates.listOf(kind, subjectId).filter((certificate) => {
      const cause = whyUnusable(certificate, now)
      return cause === undefined || cause === 'certificate_not_yet_valid' || isHeld(certificate)
    })
  }
}
