import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { isId } from '../identifiers.ts'
import { type PeerCertificate, readAttributes } from '../peer-identity.ts'
import type { Refused } from './admission.ts'
import type { Certificate } from './certificate.ts'
import type { Devices } from './devices.ts'
import type { ForeignAuthority } from './foreign-authority.ts'
import type { Issuers } from './issuers.ts'
import type { CertificateStore, DeviceStore, ForeignCertificates, ServiceStore, Transaction } from './ports.ts'

/** What becomes of a certificate that our CA signed and the registry does not hold. */
export interface UnknownCertificatePolicy {
  readonly mode: 'deny' | 'pending' | 'auto'
  /** Who owns the device: a user's id, or `{OU}` or `{O}` for that attribute of the subject. */
  readonly owner: string
}

export interface Newcomers {
  /**
   * The record that was made of it, active or pending, or why there is none; neither: the policy or its name forbids one.
   * `issuer` is the fingerprint of its CA. Synchronous.
   */
  receive(presented: PeerCertificate, issuer: string | undefined): Certificate | Refused | undefined
  /** Whose device a certificate of this subject and issuer is; none when the subject does not say. */
  ownerOf(subject: string, issuer: string | undefined): string | undefined
}

export interface NewcomersOptions {
  /** Of our own CA; a foreign one has its own. */
  readonly policy: UnknownCertificatePolicy
  readonly issuers: Pick<Issuers, 'find'>
  readonly certificates: Pick<CertificateStore, 'insert' | 'listOf'> & Pick<ForeignCertificates, 'countPending'>
  readonly devices: Pick<DeviceStore, 'find' | 'findByClientId'>
  readonly services: Pick<ServiceStore, 'find'>
  readonly ensureDevice: Devices['ensure']
  readonly transaction: Transaction
  readonly clock: Clock
}

// Whoever holds the CA's key could otherwise fill the disk with names.
const MAX_PENDING = 10_000

export function createNewcomers(options: NewcomersOptions): Newcomers {
  const { policy, issuers, certificates, devices, services, ensureDevice, transaction, clock } = options
  return { receive, ownerOf }

  function receive(presented: PeerCertificate, issuer: string | undefined): Certificate | Refused | undefined {
    const [id = '', ...others] = presented.commonNames
    const policy = policyOf(issuer)
    if (!policy || policy.mode === 'deny' || others.length > 0 || !isId(id)) return undefined
    if (policy.isForeign && isTaken(id, issuer)) return { cause: 'name_taken', expected: `a name other than ${id}` }
    if (services.find(id)) return undefined
    const record = recordOf(id, presented, issuer)
    const owner = policy.mode === 'auto' ? ownerOfNext(id, presented.subject, issuer) : undefined
    return (owner === undefined ? undefined : register(record, owner)) ?? keepPending(record)
  }

  /** None for a CA that is not trusted, or not known. */
  function policyOf(
    issuer: string | undefined,
  ): (UnknownCertificatePolicy & { readonly isForeign: boolean }) | undefined {
    // A stranger's CA may stand behind one whose issuer nobody knows.
    const authority = issuer === undefined ? undefined : issuers.find(issuer)
    if (!authority) return undefined
    if (authority === 'own') return { mode: policy.mode, owner: policy.owner, isForeign: false }
    return { mode: MODES[authority.registration], owner: authority.owner, isForeign: true }
  }

  /** Whose it is, if it may be let in unasked. */
  function ownerOfNext(id: string, subject: string, issuer: string | undefined): string | undefined {
    if (isUntouched(id)) return ownerOf(subject, issuer)
    return isRenewed(id, issuer) ? devices.find(id)?.userId : undefined
  }

  /** A foreign CA renews the certificates of its devices by itself. One that an operator has shut out waits for him. */
  function isRenewed(id: string, issuer: string | undefined): boolean {
    return (
      issuers.find(issuer) !== 'own' &&
      certificates.listOf('device', id).every(({ revocationReason: reason }) => !reason || reason === 'superseded')
    )
  }

  /** What our own CA, or another one, has named is not a foreign one's to name; nor is what a device says at CONNECT. */
  function isTaken(id: string, issuer: string | undefined): boolean {
    const holder = devices.findByClientId(id)
    if (services.find(id) || (holder && holder.id !== id)) return true
    return certificates.listOf('device', id).some((known) => known.issuer !== issuer)
  }

  /** None for what the registry would refuse to anybody, such as a user whose id differs from another only in case. */
  function register(certificate: Certificate, owner: string): Certificate | undefined {
    try {
      transaction(() => {
        ensureDevice(certificate.subjectId, owner)
        certificates.insert(certificate)
      })
      return certificate
    } catch (error) {
      if (error instanceof DomainError) return undefined
      throw error
    }
  }

  /**
   * A name that anybody holds, or ever held a certificate under, is not given away unasked: the CA may have signed two
   * certificates of one name, or the device may have been deleted here on purpose.
   */
  function isUntouched(id: string): boolean {
    return !devices.find(id) && !devices.findByClientId(id) && certificates.listOf('device', id).length === 0
  }

  function keepPending(record: Certificate): Certificate | undefined {
    if (certificates.countPending() >= MAX_PENDING) return undefined
    const certificate = { ...record, pendingSince: clock() }
    certificates.insert(certificate)
    return certificate
  }

  function recordOf(id: string, presented: PeerCertificate, issuer: string | undefined): Certificate {
    const { fingerprint, serialNumber, subject, notBefore, notAfter } = presented
    return {
      id: randomUUID(),
      kind: 'device',
      subjectId: id,
      fingerprint,
      serialNumber,
      subject,
      notBefore,
      notAfter,
      pem: undefined,
      origin: 'presented',
      ...(issuer === undefined ? {} : { issuer }),
      createdAt: clock(),
      firstSeenAt: undefined,
      retiresAt: undefined,
      revokedAt: undefined,
      revocationReason: undefined,
    }
  }

  function ownerOf(subject: string, issuer: string | undefined): string | undefined {
    const { owner } = policyOf(issuer) ?? policy
    const attribute = ATTRIBUTE.exec(owner)?.[1]
    if (attribute === undefined) return owner
    const [value = '', ...others] = readAttributes(subject, attribute)
    return others.length === 0 && isId(value) ? value : undefined
  }
}

const MODES = {
  automatic: 'auto',
  pending: 'pending',
  denied: 'deny',
} as const satisfies Record<ForeignAuthority['registration'], UnknownCertificatePolicy['mode']>

const ATTRIBUTE = /^\{(OU?)\}$/
