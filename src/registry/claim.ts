import type { ErrorCode } from '../errors.ts'
import type { IssueOptions } from './ports.ts'
import type { Successor } from './succession.ts'

/** What the certificate is to be that a claim is redeemed for. */
export interface ClaimWishes extends Omit<IssueOptions, 'idempotencyKey'> {
  readonly onExisting?: Successor['onExisting']
  readonly overlapHours?: number
}

/** The right to be handed a key and a certificate of this device, once; the secret itself is shown once. */
export interface Claim {
  readonly id: string
  readonly deviceId: string
  readonly secretHash: Buffer
  readonly wishes: ClaimWishes
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly usedAt: Date | undefined
}

export type ClaimState = 'open' | 'used' | 'expired'

export function claimStateOf({ usedAt, expiresAt }: Claim, now: Date): ClaimState {
  if (usedAt) return 'used'
  return expiresAt <= now ? 'expired' : 'open'
}

/** Why a claim in this state is not redeemed, and what to do. */
export const CLOSED_CLAIMS = {
  used: ['claim_used', 'This link was used already: if it was not by you, tell your administrator now'],
  expired: ['claim_expired', 'This link has expired: ask your administrator for a new one'],
} as const satisfies Record<Exclude<ClaimState, 'open'>, readonly [ErrorCode, string]>
