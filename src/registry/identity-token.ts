import type { RefusalCause } from '../refusal.ts'

/** What a device or service may show as its password; the secret itself is shown once and only its SHA-256 stored. */
export interface IdentityToken {
  readonly id: string
  readonly kind: 'device' | 'service'
  /** The device id or the service name. */
  readonly subjectId: string
  readonly secretHash: Buffer
  /** The token that ends when this one is first used. */
  readonly replacesId: string | undefined
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
  readonly lastUsedAt: Date | undefined
  readonly revokedAt: Date | undefined
}

/** Why it may not be used at `now`; undefined: it may. */
export function whyTokenUnusable(
  { revokedAt, expiresAt }: IdentityToken,
  now: Date,
): Extract<RefusalCause, 'token_revoked' | 'token_expired'> | undefined {
  if (revokedAt) return 'token_revoked'
  return expiresAt && expiresAt <= now ? 'token_expired' : undefined
}

const NAME_PREFIX = 'token:'

/** Its name among the credentials of a session. */
export function tokenName(id: string): string {
  return `${NAME_PREFIX}${id}`
}

/** The id in such a name; none in the name of another credential. */
export function readTokenName(credential: string): string | undefined {
  return credential.startsWith(NAME_PREFIX) ? credential.slice(NAME_PREFIX.length) : undefined
}
