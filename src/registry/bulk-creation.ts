import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { type Certificate, isActive } from './certificate.ts'
import { claimStateOf } from './claim.ts'
import type { Claims, NewClaim } from './claims.ts'
import type { Devices } from './devices.ts'
import type { Issuance, IssuedCertificate, IssueRequest } from './issuance.ts'
import type { CertificateStore, ClaimStore } from './ports.ts'
import type { ReadRequestedKey } from './requested-keys.ts'
import type { CertifiedKey, Successor } from './succession.ts'

/** One device of many, as its row asks for it. */
export interface BulkRow extends Omit<IssueRequest, 'onExisting' | 'idempotencyKey' | 'requireAllowed'> {
  /** PKCS#10: the key is there already, and only certified. */
  readonly request?: Uint8Array
}

/** What is wanted of all rows. */
export interface BulkWishes {
  /** What each device is given: key and certificate, or the right to fetch them. */
  readonly as: 'keys' | 'claims'
  /** `skip` leaves alone a device that has what is asked for, so that a file may be sent again. */
  readonly onExisting: Successor['onExisting'] | 'skip'
  /** Nothing is kept: what would be wrong is told. */
  readonly dryRun: boolean
  /** Of claims. */
  readonly expiresAt?: Date
}

export type BulkOutcome =
  | { readonly status: 'issued'; readonly issued: IssuedCertificate }
  | { readonly status: 'certified'; readonly certified: CertifiedKey }
  | { readonly status: 'claimable'; readonly made: NewClaim }
  /** `hasKey`: the device made its key itself, so that the certificate it has is all that it was to be given. */
  | { readonly status: 'skipped'; readonly certificate: Certificate | undefined; readonly hasKey: boolean }
  /** In a dry run. */
  | { readonly status: 'possible' }

export interface BulkCreation {
  /** Throws what the single calls throw; each row stands for itself. */
  create(row: BulkRow, wishes: BulkWishes): Promise<BulkOutcome>
}

export interface BulkCreationOptions {
  readonly issuance: Pick<Issuance, 'issueToDevice' | 'certifyDevice'>
  readonly claims: Pick<Claims, 'create'>
  readonly devices: Pick<Devices, 'resolveOwner'>
  readonly storedClaims: Pick<ClaimStore, 'findOf'>
  readonly certificates: Pick<CertificateStore, 'listOf'>
  readonly readRequestedKey: ReadRequestedKey
  readonly clock: Clock
}

export function createBulkCreation(options: BulkCreationOptions): BulkCreation {
  const { issuance, claims, devices, storedClaims, certificates, readRequestedKey, clock } = options
  return {
    async create(row, { as, onExisting, dryRun, expiresAt }) {
      const { request, ...wishes } = row
      devices.resolveOwner(row.deviceId, row.userId)
      if (as === 'claims' && request) {
        throw new DomainError('bad_request', 'A claim makes its own key: leave the csr out, or ask for keys')
      }
      const current = activeOf(row.deviceId)
      if (onExisting === 'skip' && (current || (as === 'claims' && isClaimable(row.deviceId)))) {
        return { status: 'skipped', certificate: current, hasKey: request !== undefined }
      }
      if (dryRun) return check(row, onExisting, current)
      if (as === 'claims')
        return { status: 'claimable', made: claims.create(expiresAt ? { ...wishes, expiresAt } : wishes) }
      // Asked again in the tick that keeps the certificate: the same device may stand in two rows.
      const further = { ...wishes, onExisting: onExisting === 'skip' ? 'fail' : onExisting } as const
      try {
        return await issue(further, request)
      } catch (error) {
        const isThere = error instanceof DomainError && error.code === 'certificate_exists'
        if (onExisting !== 'skip' || !isThere) throw error
        return { status: 'skipped', certificate: activeOf(row.deviceId), hasKey: request !== undefined }
      }
    },
  }

  async function issue(wanted: IssueRequest, request: Uint8Array | undefined): Promise<BulkOutcome> {
    if (!request) return { status: 'issued', issued: await issuance.issueToDevice(wanted) }
    const { keyAlgorithm: _, ...life } = wanted
    return { status: 'certified', certified: await issuance.certifyDevice({ ...life, request }) }
  }

  async function check(
    { deviceId, request }: BulkRow,
    onExisting: BulkWishes['onExisting'],
    current: Certificate | undefined,
  ): Promise<BulkOutcome> {
    if (onExisting === 'fail' && current) {
      throw new DomainError('certificate_exists', `${deviceId} already has an active certificate`)
    }
    if (request) await readRequestedKey(request, deviceId)
    return { status: 'possible' }
  }

  function activeOf(deviceId: string): Certificate | undefined {
    return certificates.listOf('device', deviceId).find((certificate) => isActive(certificate, clock()))
  }

  function isClaimable(deviceId: string): boolean {
    const claim = storedClaims.findOf(deviceId)
    return claim !== undefined && claimStateOf(claim, clock()) === 'open'
  }
}
