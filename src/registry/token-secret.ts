import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'

/** What a token leaves behind when it was shown: the secret itself is kept nowhere. */
export interface TokenSecret {
  readonly id: string
  /** `sgn_<id>_<secret>` */
  readonly token: string
  readonly secretHash: Buffer
}

/** A token as somebody presents it. */
export interface PresentedToken {
  readonly id: string
  readonly secretHash: Buffer
}

export const TOKEN_PREFIX = 'sgn_'

const ID_OCTETS = 6
const SECRET_OCTETS = 32
const USE_RESOLUTION_MS = 60_000
const TOKEN = /^sgn_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/

/** 256 random bits under a random id. */
export function createTokenSecret(): TokenSecret {
  const id = randomBytes(ID_OCTETS).toString('hex')
  const secret = randomBytes(SECRET_OCTETS).toString('base64url')
  return { id, token: `${TOKEN_PREFIX}${id}_${secret}`, secretHash: digest(secret) }
}

/** None for what does not have the form of a token. */
export function readToken(text: string): PresentedToken | undefined {
  const [, id, secret] = TOKEN.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secretHash: digest(secret) }
}

export function isSameSecret(one: Pick<TokenSecret, 'secretHash'>, other: Pick<TokenSecret, 'secretHash'>): boolean {
  return timingSafeEqual(one.secretHash, other.secretHash)
}

/** Whether a use is to be written down: a write for each would make each wait for the disk, so to the minute. */
export function isNewUse(lastUsedAt: Date | undefined, now: Date): boolean {
  return !lastUsedAt || now.getTime() - lastUsedAt.getTime() >= USE_RESOLUTION_MS
}

/** Throws `bad_request` for an end that has come already. */
export function requireFuture(expiresAt: Date | undefined, clock: Clock): void {
  if (expiresAt && expiresAt <= clock()) {
    throw new DomainError('bad_request', `A token cannot expire at ${expiresAt.toISOString()}: that is past`)
  }
}

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}
