import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { type IdentityToken, readTokenName, tokenName, whyTokenUnusable } from './identity-token.ts'
import type { Cutter, IdentityTokenStore } from './ports.ts'
import { findSubject, type SubjectsOptions } from './subjects.ts'
import { createTokenSecret, isNewUse, requireFuture } from './token-secret.ts'

type Kind = IdentityToken['kind']

/** Shown this once. */
export interface NewToken {
  readonly id: string
  readonly token: string
}

export interface IdentityTokens {
  /** Throws `device_not_found`, `service_not_found`, or `bad_request` for an end that has come already. */
  create(kind: Kind, subjectId: string, expiresAt?: Date): NewToken
  /** Another in the place of this one, which ends when the new one is first used. */
  rotate(kind: Kind, subjectId: string, id: string, expiresAt?: Date): NewToken
  listOf(kind: Kind, subjectId: string): readonly IdentityToken[]
  /** Those that are neither revoked nor expired now. */
  activeOf(kind: Kind, subjectId: string): readonly IdentityToken[]
  /** Resolves after the sessions that it let in are closed. */
  revoke(kind: Kind, subjectId: string, id: string): Promise<void>
  /** Told of each credential that let somebody in; the first use of a token ends those it replaces. */
  noteUse(credential: string): Promise<void>
}

export interface IdentityTokensOptions extends SubjectsOptions {
  readonly tokens: IdentityTokenStore
  readonly cutter: Pick<Cutter, 'cutCredentials'>
  readonly clock: Clock
}

export function createIdentityTokens(options: IdentityTokensOptions): IdentityTokens {
  const { tokens, cutter, clock } = options
  return {
    create: (kind, subjectId, expiresAt) => insert(kind, subjectId, expiresAt),
    rotate: (kind, subjectId, id, expiresAt) => insert(kind, subjectId, expiresAt, requireActive(kind, subjectId, id)),
    listOf(kind, subjectId) {
      requireSubject(kind, subjectId)
      return tokens.listOf(kind, subjectId)
    },
    activeOf(kind, subjectId) {
      const now = clock()
      return tokens.listOf(kind, subjectId).filter((token) => whyTokenUnusable(token, now) === undefined)
    },
    revoke: (kind, subjectId, id) => end(requireToken(kind, subjectId, id).id),
    async noteUse(credential) {
      const id = readTokenName(credential)
      const token = id === undefined ? undefined : tokens.find(id)
      if (!token) return
      const isFirst = token.lastUsedAt === undefined
      const now = clock()
      if (isNewUse(token.lastUsedAt, now)) tokens.markUsed(token.id, now)
      // Rotated twice before it was used, it replaces more than one.
      if (isFirst) await Promise.all(predecessorsOf(token).map(end))
    },
  }

  function insert(kind: Kind, subjectId: string, expiresAt?: Date, replacesId?: string): NewToken {
    requireSubject(kind, subjectId)
    requireFuture(expiresAt, clock)
    const { id, token, secretHash } = createTokenSecret()
    const unused = { lastUsedAt: undefined, revokedAt: undefined }
    tokens.insert({ id, kind, subjectId, secretHash, replacesId, createdAt: clock(), expiresAt, ...unused })
    return { id, token }
  }

  // Marked and cut in one tick: no connection can be admitted in between.
  function end(id: string): Promise<void> {
    tokens.markRevoked(id, clock())
    return cutter.cutCredentials([tokenName(id)], 'token revoked')
  }

  function predecessorsOf({ replacesId }: IdentityToken): readonly string[] {
    const predecessor = replacesId === undefined ? undefined : tokens.find(replacesId)
    return predecessor ? [predecessor.id, ...predecessorsOf(predecessor)] : []
  }

  function requireActive(kind: Kind, subjectId: string, id: string): string {
    const unusable = whyTokenUnusable(requireToken(kind, subjectId, id), clock())
    if (unusable === undefined) return id
    throw new DomainError('bad_request', `Token ${id} has ended already: make a new one instead`)
  }

  function requireToken(kind: Kind, subjectId: string, id: string): IdentityToken {
    requireSubject(kind, subjectId)
    const token = tokens.find(id)
    if (token?.kind === kind && token.subjectId === subjectId) return token
    throw new DomainError('token_not_found', `No token of ${kind} ${subjectId} has the id ${JSON.stringify(id)}`)
  }

  function requireSubject(kind: Kind, id: string): void {
    if (findSubject(options, kind, id)) return
    throw new DomainError(`${kind}_not_found`, `No ${kind} is called ${JSON.stringify(id)}`)
  }
}
