import type { Clock } from '../../clock.ts'
import type { HubEvents } from '../../events.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Devices } from '../devices.ts'
import type { IdentityTokens } from '../identity-tokens.ts'
import type { LegacyCredentials } from '../legacy-credentials.ts'
import type { Revocations } from '../revocations.ts'
import type { Services } from '../services.ts'

export type Reaction = 'tell' | 'suspend' | 'revoke'

export type Suspect = Pick<HubEvents['identity.compromise_suspected'], 'kind' | 'id'>

export type Sign = HubEvents['identity.compromise_suspected']['sign']

export interface ReactionOptions {
  readonly devices: Pick<Devices, 'get' | 'change'>
  readonly services: Pick<Services, 'get' | 'change'>
  readonly revocations: Pick<Revocations, 'markAll'>
  readonly identityTokens: Pick<IdentityTokens, 'activeOf' | 'revoke'>
  readonly legacy: Pick<LegacyCredentials, 'find' | 'remove'>
  readonly audit: Pick<AuditTrail, 'byItself'>
  /** Read when it is needed: it may change while we run. */
  readonly limits: { readonly actsPerHour: number }
  readonly inBackground: (work: Promise<void>) => void
  readonly clock: Clock
}

const HOUR_MS = 3_600_000

/** Does what the policy says, in this tick; what was done of it. */
export type React = (suspect: Suspect, reaction: Reaction, sign: Sign) => 'told' | 'suspended' | 'revoked'

/** A rule that is wrong for a fleet must not take all of it away: past so many in an hour, suspects are told of only. */
export function createReactions(options: ReactionOptions): React {
  const { devices, services, revocations, identityTokens, legacy, audit, limits, inBackground, clock } = options
  let acts: readonly number[] = []
  return (suspect, reaction, sign) => {
    if (reaction === 'tell' || isExhausted()) return 'told'
    const object = `${suspect.kind} ${suspect.id} ${sign}`
    if (reaction === 'suspend') {
      const act = { action: 'compromise.suspend', object } as const
      return audit.byItself(act, () => suspend(suspect)) ? 'suspended' : 'told'
    }
    audit.byItself({ action: 'compromise.revoke', object }, () => revoke(suspect))
    return 'revoked'
  }

  function isExhausted(): boolean {
    const now = clock().getTime()
    acts = acts.filter((at) => at > now - HOUR_MS)
    if (acts.length >= limits.actsPerHour) return true
    acts = [...acts, now]
    return false
  }

  /** Whether it is now; what closes its sessions has been called then, and only their sockets are waited for. */
  function suspend({ kind, id }: Suspect): boolean {
    const state = 'suspended'
    const subjects = kind === 'device' ? devices : services
    inBackground(subjects.change(id, { state }, true).then(() => undefined))
    return subjects.get(id).state === state
  }

  /** All that it could still come in with: who has one secret of a device may have them all. */
  function revoke({ kind, id }: Suspect): void {
    inBackground(revocations.markAll(kind, id, 'keyCompromise')())
    for (const token of identityTokens.activeOf(kind, id)) inBackground(identityTokens.revoke(kind, id, token.id))
    if (kind === 'device' && legacy.find(id)) inBackground(legacy.remove(id))
  }
}
