import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { isId } from '../identifiers.ts'
import { type PeerCertificate, readAttributes } from '../peer-identity.ts'
import type { Certificate } from './certificate.ts'
import type { Devices } from './devices.ts'
import type { CertificateStore, DeviceStore, ForeignCertificates, ServiceStore, Transaction } from './ports.ts'

/** What becomes of a certificate that our CA signed and the registry does not hold. */
export interface UnknownCertificatePolicy {
  readonly mode: 'deny' | 'pending' | 'auto'
  /** Who owns the device: a user's id, or `{OU}` or `{O}` for that attribute of the subject. */
  readonly owner: string
}

export interface Newcomers {
  /** The record that was made of it, active or pending; none where the policy or its name forbids one. Synchronous. */
  receive(presented: PeerCertificate): Certificate | undefined
  /** Whose device a certificate of this subject is; none when the subject does not say. */
  ownerOf(subject: string): string | undefined
}

export interface NewcomersOptions {
  readonly policy: UnknownCertificatePolicy
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
  const { policy, certificates, devices, services, ensureDevice, transaction, clock } = options
  return { receive, ownerOf }

  function receive(presented: PeerCertificate): Certificate | undefined {
    const [id = '', ...others] = presented.commonNames
    if (policy.mode === 'deny' || others.length > 0 || !isId(id) || services.find(id)) return undefined
    const owner = policy.mode === 'auto' && isUntouched(id) ? ownerOf(presented.subject) : undefined
    if (owner === undefined) return keepPending(id, presented)
    return register(id, owner, presented) ?? keepPending(id, presented)
  }

  /** None for what the registry would refuse to anybody, such as a user whose id differs from another only in case. */
  function register(id: string, owner: string, presented: PeerCertificate): Certificate | undefined {
    const certificate = recordOf(id, presented)
    try {
      transaction(() => {
        ensureDevice(id, owner)
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

  function keepPending(id: string, presented: PeerCertificate): Certificate | undefined {
    if (certificates.countPending() >= MAX_PENDING) return undefined
    const certificate = { ...recordOf(id, presented), pendingSince: clock() }
    certificates.insert(certificate)
    return certificate
  }

  function recordOf(id: string, presented: PeerCertificate): Certificate {
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
      createdAt: clock(),
      firstSeenAt: undefined,
      retiresAt: undefined,
      revokedAt: undefined,
      revocationReason: undefined,
    }
  }

  function ownerOf(subject: string): string | undefined {
    const attribute = ATTRIBUTE.exec(policy.owner)?.[1]
    if (attribute === undefined) return policy.owner
    const [value = '', ...others] = readAttributes(subject, attribute)
    return others.length === 0 && isId(value) ? value : undefined
  }
}

const ATTRIBUTE = /^\{(OU?)\}$/
