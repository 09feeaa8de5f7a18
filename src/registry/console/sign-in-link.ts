import type { ErrorCode } from '../../errors.ts'
import type { Role } from '../api-token.ts'

/** The right to sign in to the console under this name, once; the secret itself is shown once. */
export interface SignInLink {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly secretHash: Buffer
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly usedAt: Date | undefined
}

export type SignInLinkState = 'open' | 'used' | 'expired'

export function signInLinkStateOf({ usedAt, expiresAt }: SignInLink, now: Date): SignInLinkState {
  if (usedAt) return 'used'
  return expiresAt <= now ? 'expired' : 'open'
}

/** Why nobody signs in by a link in this state, and what to do. */
export const CLOSED_LINKS = {
  used: ['sign_in_link_used', 'This link was used already: if it was not by you, tell your administrator now'],
  expired: ['sign_in_link_expired', 'This link has expired: signet console-link makes a new one'],
} as const satisfies Record<Exclude<SignInLinkState, 'open'>, readonly [ErrorCode, string]>
