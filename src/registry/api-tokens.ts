import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { ApiToken, Role } from './api-token.ts'
import type { ApiTokenStore } from './ports.ts'
import { createTokenSecret, isNewUse, isSameSecret, readToken, requireFuture } from './token-secret.ts'

export interface ApiTokens {
  /** `token` is `sgn_<id>_<secret>`, shown this once. */
  create(request: { readonly name: string; readonly role: Role; readonly expiresAt?: Date }): {
    readonly id: string
    readonly token: string
  }
  list(): readonly ApiToken[]
  /** Those of this name that are good now. */
  activeOf(name: string): readonly ApiToken[]
  /** The one of this id, if it is good now. */
  findActive(id: string): ApiToken | undefined
  revoke(id: string): void
  /** The record behind a bearer token that is good now. */
  authenticate(token: string): ApiToken | undefined
}

export function createApiTokens({
  tokens,
  inBackground,
  clock,
}: {
  readonly tokens: ApiTokenStore
  readonly inBackground: (work: Promise<void>) => void
  readonly clock: Clock
}): ApiTokens {
  return {
    create({ name, role, expiresAt }) {
      requireFuture(expiresAt, clock)
      const { id, token, secretHash } = createTokenSecret()
      const record = { id, name, role, secretHash, createdAt: clock(), expiresAt }
      tokens.insert({ ...record, lastUsedAt: undefined, revokedAt: undefined })
      return { id, token }
    },

    list: () => tokens.list(),

    activeOf(name) {
      const now = clock()
      return tokens.list().filter((token) => token.name === name && isGood(token, now))
    },

    findActive(id) {
      const token = tokens.find(id)
      return token && isGood(token, clock()) ? token : undefined
    },

    revoke(id) {
      if (!tokens.find(id)) throw new DomainError('token_not_found', `No token has the id ${JSON.stringify(id)}`)
      tokens.markRevoked(id, clock())
    },

    authenticate(token) {
      const presented = readToken(token)
      const record = presented && tokens.find(presented.id)
      if (!record || !isSameSecret(record, presented)) return undefined
      const now = clock()
      if (!isGood(record, now)) return undefined
      if (isNewUse(record.lastUsedAt, now)) inBackground(noteUse(record.id, now))
      return record
    },
  }

  /** Async: on a full disk its bearer must still be able to look what is wrong. */
  async function noteUse(id: string, at: Date): Promise<void> {
    tokens.markUsed(id, at)
  }
}

function isGood({ revokedAt, expiresAt }: ApiToken, now: Date): boolean {
  return !revokedAt && (!expiresAt || now < expiresAt)
}
