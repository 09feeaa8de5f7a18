import type { Clock } from '../clock.ts'
import type { IdentityToken } from './identity-token.ts'
import type { IdentityTokens } from './identity-tokens.ts'
import type { LegacyCredentialStore } from './ports.ts'

/** What somebody has to log in with, each in words for an operator. */
export interface HeldLogins {
  /** What a device has, wherever and whenever it may log in. */
  heldBy(deviceId: string): readonly string[]
  tokensOf(kind: IdentityToken['kind'], subjectId: string): readonly string[]
}

export interface HeldLoginsOptions {
  readonly identityTokens: Pick<IdentityTokens, 'activeOf'>
  readonly legacy: Pick<LegacyCredentialStore, 'find'>
  readonly clock: Clock
}

export function createHeldLogins({ identityTokens, legacy, clock }: HeldLoginsOptions): HeldLogins {
  const tokensOf: HeldLogins['tokensOf'] = (kind, subjectId) =>
    identityTokens.activeOf(kind, subjectId).map(({ id }) => `token ${id}`)
  return {
    heldBy(deviceId) {
      const password = legacy.find(deviceId)
      return [
        ...tokensOf('device', deviceId),
        ...(password && clock() < password.endsAt ? ['its imported password'] : []),
      ]
    },
    tokensOf,
  }
}
