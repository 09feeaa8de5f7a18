import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import { parseId } from '../../identifiers.ts'
import type { NewToken } from '../identity-tokens.ts'
import type { Policies } from '../policies.ts'
import { DEFAULT_PROFILE_NAME, type Profiles } from '../profiles.ts'
import { createTokenSecret, requireFuture } from '../token-secret.ts'
import { type EnrolmentToken, type EnrolmentTokenState, isDevicePattern, stateOfToken } from './enrolment-token.ts'
import type { EnrolmentTokenStore } from './ports.ts'

export interface EnrolmentTokenRequest
  extends Partial<Pick<EnrolmentToken, 'policies' | 'profile' | 'approval' | 'onExisting' | 'expiresAt'>> {
  /** An id, or a pattern such as `sensor-*`. */
  readonly deviceId: string
  readonly userId?: string
  /** How many certificates it may bring; none: one. */
  readonly uses?: number
}

export interface ListedEnrolmentToken {
  readonly token: EnrolmentToken
  readonly state: EnrolmentTokenState
}

export interface EnrolmentTokens {
  /** Throws `invalid_id`, `profile_violation`, `policy_not_found`, `forbidden`, or `bad_request` for an end that has come. */
  create(request: EnrolmentTokenRequest, mayAttachWide: boolean): NewToken & Pick<EnrolmentToken, 'expiresAt'>
  list(): readonly ListedEnrolmentToken[]
  /** What waits for approval with it gets no certificate any more; those that it brought stay. */
  revoke(id: string): void
}

export interface EnrolmentTokensOptions {
  readonly tokens: EnrolmentTokenStore
  readonly profiles: Profiles
  readonly policies: Pick<Policies, 'requireAttachable'>
  readonly clock: Clock
}

const LIFE_MS = 24 * 3_600_000

export function createEnrolmentTokens({ tokens, profiles, policies, clock }: EnrolmentTokensOptions): EnrolmentTokens {
  return {
    create({ deviceId, userId, policies: names = [], uses: maxUses = 1, ...request }, mayAttachWide) {
      const { profile = DEFAULT_PROFILE_NAME, approval = false, onExisting = 'fail' } = request
      const createdAt = clock()
      const { expiresAt = new Date(createdAt.getTime() + LIFE_MS) } = request
      if (!isDevicePattern(deviceId)) parseId(deviceId, 'device')
      if (userId !== undefined) parseId(userId, 'user')
      profiles.get(profile)
      policies.requireAttachable(names, mayAttachWide)
      requireFuture(expiresAt, clock)
      const { id, token, secretHash } = createTokenSecret()
      const terms = { deviceId, userId, policies: names, profile, approval, onExisting, maxUses, expiresAt }
      tokens.insert({ id, secretHash, ...terms, uses: 0, createdAt, lastUsedAt: undefined, revokedAt: undefined })
      return { id, token, expiresAt }
    },
    list() {
      const now = clock()
      return tokens.list().map((token) => ({ token, state: stateOfToken(token, now) }))
    },
    revoke(id) {
      if (!tokens.find(id)) {
        throw new DomainError('token_not_found', `No enrolment token has the id ${JSON.stringify(id)}`)
      }
      tokens.markRevoked(id, clock())
    },
  }
}
