import type { Administrator } from './administrator.ts'
import type { Administrators } from './administrators.ts'
import type { Role } from './api-token.ts'
import type { Certificate } from './certificate.ts'
import type { Devices } from './devices.ts'
import type { Issuers } from './issuers.ts'
import type { CertificateTerms, IssueOptions, IssueWishes, LeafIssuer } from './ports.ts'
import type { ReadRequestedKey } from './requested-keys.ts'
import type { Services } from './services.ts'
import { type CertifiedKey, createSuccession, type SuccessionOptions, type Successor } from './succession.ts'

export interface IssueRequest extends IssueOptions {
  readonly deviceId: string
  /** Of a device that this call creates; an existing one must already belong to this user. */
  readonly userId?: string
  /** What becomes of the certificates the device has: kept until the new one connects, revoked now, or a refusal. */
  readonly onExisting?: Successor['onExisting']
  /** Hours after which a rotation ends the older certificates even if the new one never connected. */
  readonly overlapHours?: number
  /** What allows it, asked in the transaction that keeps the certificate. */
  readonly requireAllowed?: () => void
}

/** For a key that the device has made itself. */
export interface CertifyRequest extends Omit<IssueRequest, 'keyAlgorithm' | 'requireAllowed'> {
  /** PKCS#10, PEM or DER. */
  readonly request: Uint8Array
  /** Of a device that this call creates. */
  readonly policies?: readonly string[]
  /** Of a device that asks for itself: asked in the transaction that keeps the certificate; throws what speaks against it. */
  readonly requireAllowed?: () => void
}

/** By the device itself, which has shown `certificate`. */
export interface RenewRequest {
  readonly certificate: Certificate
  readonly terms: CertificateTerms
  /** None: the key is made here. */
  readonly request: Uint8Array | undefined
  /** Asked again in the tick that keeps the new one. */
  readonly requireAllowed: () => void
}

export interface AdministratorRequest extends Omit<IssueOptions, 'profile'> {
  readonly name: string
  /** None: the one the administrator has, or `admin`. */
  readonly role?: Role
}

export interface IssuedCertificate extends CertifiedKey {
  /** PKCS#8 PEM, held nowhere else. */
  readonly privateKeyPem: string
}

export interface IssuedToAdministrator extends IssuedCertificate {
  readonly administrator: Administrator
}

export interface Issuance {
  /** Creates the device if it is unknown; at most two certificates stay active. */
  issueToDevice(request: IssueRequest): Promise<IssuedCertificate>
  /** The same for the key of a request; throws `csr_invalid`, `key_not_allowed`, `key_in_use`, `key_compromised` too. */
  certifyDevice(request: CertifyRequest): Promise<CertifiedKey>
  /**
   * The certificate that the device shows stays until the new one connects; its others end. A request that is repeated for
   * the same key is answered with the same certificate.
   */
  renewDevice(request: RenewRequest): Promise<CertifiedKey & Partial<IssuedCertificate>>
  issueToService(name: string, options: IssueOptions): Promise<IssuedCertificate>
  /** Creates the administrator if the name is unknown; a further certificate ends the older ones when it is first used. */
  issueToAdministrator(request: AdministratorRequest): Promise<IssuedToAdministrator>
}

export interface IssuanceOptions extends SuccessionOptions {
  readonly issuer: LeafIssuer
  readonly issuers: Pick<Issuers, 'find' | 'isLeaving'>
  readonly readRequestedKey: ReadRequestedKey
  readonly devices: Pick<Devices, 'resolveOwner' | 'ensure'>
  readonly services: Pick<Services, 'get'>
  readonly administrators: Pick<Administrators, 'requireName' | 'ensure'>
}

export function createIssuance(options: IssuanceOptions): Issuance {
  const { issuer, issuers, devices, services, administrators, readRequestedKey } = options
  const { requireAllowed, keep } = createSuccession(options)

  return {
    async issueToDevice({ deviceId, userId, onExisting = 'rotate', overlapHours, idempotencyKey, ...request }) {
      const { requireAllowed: requireStillAllowed, ...keyOptions } = request
      const successor = { onExisting, overlapHours, idempotencyKey }
      const owner = devices.resolveOwner(deviceId, userId)
      requireAllowed('device', deviceId, successor)
      const leaf = await issuer.issueDevice(deviceId, owner, readWishes(keyOptions))
      const kept = await keep('device', deviceId, leaf, successor, () => {
        devices.ensure(deviceId, owner)
        requireStillAllowed?.()
      })
      return { ...kept, privateKeyPem: leaf.privateKeyPem }
    },

    async certifyDevice(asked) {
      const { deviceId, userId, request, onExisting = 'rotate', overlapHours, idempotencyKey, ...wishes } = asked
      const { policies, requireAllowed: requireStillAllowed, ...options } = wishes
      const byItself = requireStillAllowed !== undefined
      const successor = { onExisting, overlapHours, idempotencyKey, byItself }
      const owner = devices.resolveOwner(deviceId, userId)
      requireAllowed('device', deviceId, successor)
      const { publicKey, requireFree } = await readRequestedKey(request, deviceId)
      const leaf = await issuer.certifyDevice(deviceId, owner, publicKey, readWishes(options))
      return keep('device', deviceId, leaf, successor, () => {
        requireStillAllowed?.()
        devices.ensure(deviceId, owner, policies)
        requireFree()
      })
    },

    async renewDevice({ certificate, terms, request, requireAllowed: requireStillAllowed }) {
      const successor = { ...rotation(undefined), inUse: certificate.fingerprint }
      const { subjectId: deviceId } = certificate
      const owner = devices.resolveOwner(deviceId, undefined)
      if (request === undefined) {
        const leaf = await issuer.issueDevice(deviceId, owner, terms)
        const kept = await keep('device', deviceId, leaf, successor, requireStillAllowed)
        return { ...kept, privateKeyPem: leaf.privateKeyPem }
      }
      const { publicKey, requireFree, findUnused } = await readRequestedKey(request, deviceId)
      requireStillAllowed()
      const unused = findUnused(certificate)
      // One that a CA signed that is to go would soon be renewed again.
      if (unused && !issuers.isLeaving(unused.issuer)) {
        return { certificate: unused, caCertificatePem: issuer.caCertificatePem }
      }
      const leaf = await issuer.certifyDevice(deviceId, owner, publicKey, terms)
      return keep('device', deviceId, leaf, successor, () => {
        requireStillAllowed()
        requireFree()
      })
    },

    async issueToService(name, { idempotencyKey, ...keyOptions }) {
      const successor = rotation(idempotencyKey)
      services.get(name)
      requireAllowed('service', name, successor)
      const leaf = await issuer.issueService(name, readWishes(keyOptions))
      const kept = await keep('service', name, leaf, successor, () => void services.get(name))
      return { ...kept, privateKeyPem: leaf.privateKeyPem }
    },

    async issueToAdministrator({ name, role, idempotencyKey, ...keyOptions }) {
      const successor = rotation(idempotencyKey)
      administrators.requireName(name)
      requireAllowed('administrator', name, successor)
      const leaf = await issuer.issueAdministrator(name, readWishes(keyOptions))
      const issued = await keep('administrator', name, leaf, successor, () => void administrators.ensure(name, role))
      // Made by now: without a role it is only read, for another request may have given it a newer one.
      const administrator = administrators.ensure(name, undefined)
      return { ...issued, privateKeyPem: leaf.privateKeyPem, administrator }
    },
  }
}

const DAY_SECONDS = 86_400

function readWishes({ validityDays, ...wishes }: Omit<IssueOptions, 'idempotencyKey'>): IssueWishes {
  return validityDays === undefined ? wishes : { ...wishes, validitySeconds: validityDays * DAY_SECONDS }
}

function rotation(idempotencyKey: string | undefined): Successor {
  return { onExisting: 'rotate', overlapHours: undefined, idempotencyKey }
}
