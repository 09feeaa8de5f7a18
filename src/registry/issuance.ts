import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import type { Administrator } from './administrator.ts'
import type { Administrators } from './administrators.ts'
import type { Role } from './api-token.ts'
import { type Certificate, whyUnusable } from './certificate.ts'
import type { Devices } from './devices.ts'
import type {
  CertificateMarks,
  CertificateStore,
  Cutter,
  IssuedLeaf,
  IssueOptions,
  LeafIssuer,
  Transaction,
} from './ports.ts'
import type { Revocations } from './revocations.ts'
import type { Services } from './services.ts'

export interface IssueRequest extends IssueOptions {
  readonly deviceId: string
  /** Of a device that this call creates; an existing one must already belong to this user. */
  readonly userId?: string
  /** What becomes of the certificates the device has: kept until the new one connects, revoked now, or a refusal. */
  readonly onExisting?: Successor['onExisting']
  /** Hours after which a rotation ends the older certificates even if the new one never connected. */
  readonly overlapHours?: number
}

export interface AdministratorRequest extends IssueOptions {
  readonly name: string
  /** None: the one the administrator has, or `admin`. */
  readonly role?: Role
}

export interface IssuedCertificate {
  readonly certificate: Certificate & Omit<IssuedLeaf, 'certificatePem'> & { readonly pem: string }
  /** PKCS#8 PEM, held nowhere else. */
  readonly privateKeyPem: string
  readonly caCertificatePem: string
}

export interface IssuedToAdministrator extends IssuedCertificate {
  readonly administrator: Administrator
}

export interface Issuance {
  /** Creates the device if it is unknown; at most two certificates stay active. */
  issueToDevice(request: IssueRequest): Promise<IssuedCertificate>
  issueToService(name: string, options: IssueOptions): Promise<IssuedCertificate>
  /** Creates the administrator if the name is unknown; a further certificate ends the older ones when it is first used. */
  issueToAdministrator(request: AdministratorRequest): Promise<IssuedToAdministrator>
}

export interface IssuanceOptions {
  readonly issuer: LeafIssuer
  readonly devices: Pick<Devices, 'resolveOwner' | 'ensure'>
  readonly services: Pick<Services, 'get'>
  readonly administrators: Pick<Administrators, 'requireName' | 'ensure'>
  readonly certificates: CertificateStore & CertificateMarks
  readonly revocations: Pick<Revocations, 'mark'>
  readonly cutter: Pick<Cutter, 'liftBan'>
  readonly transaction: Transaction
  readonly events: EventFeed
  readonly clock: Clock
}

const HOUR_MS = 3_600_000
type KeyedLeaf = IssuedLeaf & { readonly privateKeyPem: string }

interface Successor {
  readonly onExisting: 'rotate' | 'replace' | 'fail'
  readonly overlapHours: number | undefined
  readonly idempotencyKey: string | undefined
}

export function createIssuance(options: IssuanceOptions): Issuance {
  const { issuer, devices, services, administrators, certificates, revocations, cutter } = options
  const { transaction, events, clock } = options

  return {
    async issueToDevice({ deviceId, userId, onExisting = 'rotate', overlapHours, idempotencyKey, ...keyOptions }) {
      const successor = { onExisting, overlapHours, idempotencyKey }
      const owner = devices.resolveOwner(deviceId, userId)
      requireAllowed('device', deviceId, successor)
      const leaf = await issuer.issueDevice(deviceId, owner, keyOptions)
      return keep('device', deviceId, leaf, successor, () => void devices.ensure(deviceId, owner))
    },

    async issueToService(name, { idempotencyKey, ...keyOptions }) {
      const successor = rotation(idempotencyKey)
      services.get(name)
      requireAllowed('service', name, successor)
      const leaf = await issuer.issueService(name, keyOptions)
      return keep('service', name, leaf, successor, () => void services.get(name))
    },

    async issueToAdministrator({ name, role, idempotencyKey, ...keyOptions }) {
      const successor = rotation(idempotencyKey)
      administrators.requireName(name)
      requireAllowed('administrator', name, successor)
      const leaf = await issuer.issueAdministrator(name, keyOptions)
      const issued = await keep('administrator', name, leaf, successor, () => void administrators.ensure(name, role))
      // Made by now: without a role it is only read, for another request may have given it a newer one.
      return { ...issued, administrator: administrators.ensure(name, undefined) }
    },
  }

  async function keep(
    kind: 'device' | 'service' | 'administrator',
    subjectId: string,
    leaf: KeyedLeaf,
    successor: Successor,
    requireSubject: () => void,
  ): Promise<IssuedCertificate> {
    const certificate = {
      id: randomUUID(),
      kind,
      subjectId,
      fingerprint: leaf.fingerprint,
      serialNumber: leaf.serialNumber,
      pem: leaf.certificatePem,
      notBefore: leaf.notBefore,
      notAfter: leaf.notAfter,
      createdAt: clock(),
      ...(successor.idempotencyKey === undefined ? {} : { idempotencyKey: successor.idempotencyKey }),
      firstSeenAt: undefined,
      retiresAt: undefined,
      revokedAt: undefined,
      revocationReason: undefined,
    } satisfies Certificate
    // The key took time to make: what was true before it is asked again, in the tick that keeps the result.
    const cut = transaction(() => {
      requireSubject()
      requireAllowed(kind, subjectId, successor)
      const outdated = makeRoom(kind, subjectId, successor)
      certificates.insert(certificate)
      return revocations.mark(outdated, 'superseded')
    })
    const closed = cut()
    if (kind !== 'administrator') cutter.liftBan(kind, subjectId)
    events.publish('certificate.issued', { kind, id: subjectId, fingerprint: certificate.fingerprint })
    await closed
    return { certificate, privateKeyPem: leaf.privateKeyPem, caCertificatePem: issuer.caCertificatePem }
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
    { onExisting, overlapHours }: Successor,
  ): readonly Certificate[] {
    const current = currentOf(kind, subjectId)
    if (onExisting === 'replace') return current
    const [newest, ...others] = current
    if (newest && overlapHours !== undefined) {
      certificates.markRetiring([newest.fingerprint], new Date(clock().getTime() + overlapHours * HOUR_MS))
    }
    return others
  }

  /** The active ones, and those that will be: one issued before the clock was set back is not valid yet. */
  function currentOf(kind: Certificate['kind'], subjectId: string): readonly Certificate[] {
    const now = clock()
    return certificates.listOf(kind, subjectId).filter((certificate) => {
      const cause = whyUnusable(certificate, now)
      return cause === undefined || cause === 'certificate_not_yet_valid'
    })
  }
}

function rotation(idempotencyKey: string | undefined): Successor {
  return { onExisting: 'rotate', overlapHours: undefined, idempotencyKey }
}
