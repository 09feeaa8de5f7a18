import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import { CLOSED_CLAIMS, type Claim, type ClaimState, type ClaimWishes, claimStateOf } from './claim.ts'
import type { Devices } from './devices.ts'
import type { Issuance, IssuedCertificate } from './issuance.ts'
import type { ClaimStore, Transaction } from './ports.ts'
import { createTokenSecret, isSameSecret, readToken } from './token-secret.ts'
import { WrongPasswords } from './wrong-passwords.ts'

export interface ClaimRequest extends ClaimWishes {
  readonly deviceId: string
  /** Of a device that this call creates; an existing one must already belong to this user. */
  readonly userId?: string
  /** None: a week from now. */
  readonly expiresAt?: Date
}

/** The secret is shown this once. */
export interface NewClaim {
  readonly claim: Claim
  readonly secret: string
}

export interface ListedClaim {
  readonly claim: Claim
  readonly state: ClaimState
}

export interface Claims {
  /** Creates the device if it is unknown; the claim that the device had ends. Throws `bad_request` for an end too early or late. */
  create(request: ClaimRequest): NewClaim
  /** The newest of the device, the only one that is kept; throws `device_not_found`. */
  find(deviceId: string): ListedClaim | undefined
  /** What a device could still be given by a claim, in words for an operator. */
  thatLetIn(deviceId: string): readonly string[]
  /** Ends the claim of the device; throws `claim_not_found` where none is open. */
  revoke(deviceId: string): void
  /**
   * Makes key and certificate for whoever shows the secret. Throws `claim_not_found`, `claim_used`, `claim_expired`, or
   * `too_many_attempts` where this address has shown too many that are none.
   */
  redeem(secret: string, address: string): Promise<IssuedCertificate>
}

export interface ClaimsOptions {
  readonly claims: ClaimStore
  readonly devices: Pick<Devices, 'get' | 'ensure' | 'resolveOwner'>
  readonly issueToDevice: Issuance['issueToDevice']
  readonly transaction: Transaction
  readonly events: EventFeed
  readonly clock: Clock
}

const DAY_MS = 86_400_000
const USUAL_DAYS = 7
const MOST_DAYS = 90
/** In the place of the user name that attempts are counted for. */
const ANY_CLAIM = 'claim'

export function createClaims({ claims, devices, issueToDevice, transaction, events, clock }: ClaimsOptions): Claims {
  const wrong = new WrongPasswords(clock)
  return {
    create({ deviceId, userId, expiresAt = inDays(USUAL_DAYS), ...wishes }) {
      requireEnd(expiresAt)
      const { id, token: secret, secretHash } = createTokenSecret()
      const claim = { id, deviceId, secretHash, wishes, createdAt: clock(), expiresAt, usedAt: undefined }
      transaction(() => {
        devices.ensure(deviceId, devices.resolveOwner(deviceId, userId))
        claims.save(claim)
      })
      events.publish('claim.created', { id, deviceId })
      return { claim, secret }
    },

    find(deviceId) {
      devices.get(deviceId)
      const claim = claims.findOf(deviceId)
      return claim && { claim, state: claimStateOf(claim, clock()) }
    },

    thatLetIn: (deviceId) => findOpen(deviceId).map(({ id }) => `claim ${id}`),

    revoke(deviceId) {
      devices.get(deviceId)
      if (findOpen(deviceId).length === 0) {
        throw new DomainError('claim_not_found', `Device ${deviceId} has no claim that is open`)
      }
      claims.deleteOf(deviceId)
    },

    async redeem(secret, address) {
      const { id, deviceId, wishes } = requireOpen(findBySecret(secret, address))
      // Asked again, and marked, in the transaction that keeps the certificate: of two at once one wins.
      const requireAllowed = (): void => {
        requireOpen(claims.find(id))
        claims.markUsed(id, clock())
      }
      const issued = await issueToDevice({ deviceId, ...wishes, requireAllowed })
      events.publish('claim.used', { id, deviceId })
      return issued
    },
  }

  function findOpen(deviceId: string): readonly Claim[] {
    const claim = claims.findOf(deviceId)
    return claim && claimStateOf(claim, clock()) === 'open' ? [claim] : []
  }

  function findBySecret(secret: string, address: string): Claim | undefined {
    if (wrong.isExhausted(ANY_CLAIM, address)) {
      throw new DomainError('too_many_attempts', 'Too many links from this address were wrong: try again in a minute')
    }
    const shown = readToken(secret)
    const claim = shown && claims.find(shown.id)
    if (shown && claim && isSameSecret(claim, shown)) return claim
    wrong.note(ANY_CLAIM, address)
    return undefined
  }

  function requireOpen(claim: Claim | undefined): Claim {
    if (!claim) {
      throw new DomainError(
        'claim_not_found',
        'This link is not known here: it was cut short, or another has taken its place',
      )
    }
    const state = claimStateOf(claim, clock())
    if (state === 'open') return claim
    const [code, sentence] = CLOSED_CLAIMS[state]
    throw new DomainError(code, sentence)
  }

  function requireEnd(expiresAt: Date): void {
    if (expiresAt > clock() && expiresAt <= inDays(MOST_DAYS)) return
    throw new DomainError('bad_request', `A claim ends in the future, and within ${MOST_DAYS} days`)
  }

  function inDays(days: number): Date {
    return new Date(clock().getTime() + days * DAY_MS)
  }
}
