import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { ApiToken, Role } from './api-token.ts'
import type { ApiTokenStore } from './ports.ts'

export interface ApiTokens {
  /** `token` is `sgn_<id>_<secret>`, shown this once. */
  create(request: { readonly name: string; readonly role: Role; readonly expiresAt?: Date }): {
    readonly id: string
    readonly token: string
  }
  list(): readonly ApiToken[]
  revoke(id: string): void
  /** The record behind a bearer token that is good now. */
  authenticate(token: string): ApiToken | undefined
}

const ID_OCTETS = 6
const SECRET_OCTETS = 32
const USE_RESOLUTION_MS = 60_000
const TOKEN = /^sgn_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/

export function createApiTokens({
  tokens,
  clock,
}: {
  readonly tokens: ApiTokenStore
  readonly clock: Clock
}): ApiTokens {
  return {
    create({ name, role, expiresAt }) {
      const id = randomBytes(ID_OCTETS).toString('hex')
      const secret = randomBytes(SECRET_OCTETS).toString('base64url')
      const createdAt = clock()
      if (expiresAt && expiresAt <= createdAt) {
        throw new DomainError('bad_request', `A token cannot expire at ${expiresAt.toISOString()}: that is past`)
      }
      const record = { id, name, role, secretHash: hash(secret), createdAt, expiresAt }
      tokens.insert({ ...record, lastUsedAt: undefined, revokedAt: undefined })
      return { id, token: `sgn_${id}_${secret}` }
    },

    list: () => tokens.list(),

    revoke(id) {
      if (!tokens.find(id)) throw new DomainError('token_not_found', `No token has the id ${JSON.stringify(id)}`)
      tokens.markRevoked(id, clock())
    },

    authenticate(token) {
      const [, id, secret] = TOKEN.exec(token) ?? []
      const record = id === undefined ? undefined : tokens.find(id)
      if (!record || secret === undefined || !timingSafeEqual(record.secretHash, hash(secret))) return undefined
      const now = clock()
      if (record.revokedAt || (record.expiresAt && record.expiresAt <= now)) return undefined
      // A write for every request would make each one wait for the disk: to the minute is enough.
      if (!record.lastUsedAt || now.getTime() - record.lastUsedAt.getTime() >= USE_RESOLUTION_MS)
        tokens.markUsed(record.id, now)
      return record
    },
  }
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
