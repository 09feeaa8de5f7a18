import type { Clock } from '../../clock.ts'
import type { EventFeed } from '../../events.ts'
import type { ProvenIdentity, Refusal, RefusalCause } from '../../refusal.ts'
import type { Grant } from '../grant.ts'
import type { Identity } from '../identity.ts'
import type { CertificateStore } from '../ports.ts'
import { type AlternationLimits, Alternations } from './alternations.ts'
import type { React, Reaction, Sign, Suspect } from './reactions.ts'
import { type BurstLimits, RefusalBursts } from './refusal-bursts.ts'

/** Read when it is needed: it may change while we run. */
export interface CompromisePolicy {
  readonly reactions: Readonly<Record<Sign, Reaction>>
  readonly alternations: AlternationLimits
  readonly bursts: BurstLimits
}

export interface SuspicionOptions {
  readonly policy: CompromisePolicy
  readonly react: React
  /** The network of an address, as far as it tells two places apart. */
  readonly networkOf: (address: string) => string
  /** Of addresses that say nothing of where somebody is. */
  readonly isExempt: (address: string) => boolean
  /** Whether many clients come as this one. */
  readonly isShared: (identity: Identity) => boolean
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'>
  readonly events: EventFeed
  readonly clock: Clock
}

/** Notices that a key may be in two hands. */
export interface Suspicions {
  /** Of each that was let in. */
  noteConnection(grant: Grant, address: string): void
  /** `proven`: who has shown a credential that is good now. */
  noteRefusal(refusal: Refusal, proven?: ProvenIdentity): void
  /** How often each was noticed since the start. */
  totals(): Readonly<Record<Sign, number>>
}

const HOUR_MS = 3_600_000
const MAX_TOLD = 10_000

// What somebody does who holds a good credential and does not know what is its own.
const STRAYING: ReadonlySet<RefusalCause> = new Set([
  'client_id_wrong',
  'publish_denied',
  'subscribe_denied',
  'will_denied',
])
// Whoever shows it held the secret once. That gives no power over the identity, which has others by now.
const OUTDATED: ReadonlySet<RefusalCause> = new Set(['certificate_revoked', 'certificate_superseded', 'token_revoked'])
const REUSED: ReadonlySet<RefusalCause> = new Set(['key_compromised', 'key_in_use'])
// Where the peer itself came: what EMQX or an operator says of it is not its own proof (RFC 8446 §4.4.3).
const OWN_SURFACES: ReadonlySet<Refusal['surface']> = new Set(['https', 'mqtt', 'mqtts', 'wss'])

export function createSuspicions(options: SuspicionOptions): Suspicions {
  const { policy, react, networkOf, isExempt, isShared, certificates, events, clock } = options
  const alternations = new Alternations(policy.alternations)
  const bursts = new RefusalBursts(policy.bursts)
  const totals: Record<Sign, number> = { two_addresses: 0, key_reuse: 0, refusal_burst: 0 }
  /** Whom nobody needs to hear of again for an hour; those told last are last. */
  const told = new Map<string, number>()

  return {
    noteConnection({ identity, certificate }, address) {
      if (!certificate || !isSuspect(identity) || isExempt(address) || isShared(identity)) return
      const { fingerprint } = certificate
      const found = alternations.note(fingerprint, networkOf(address), clock().getTime())
      if (!found) return
      const { networks, returns } = found
      suspect(identity, 'two_addresses', { fingerprint, networks: networks.join(', '), returns })
    },
    noteRefusal(refusal, proven) {
      if (REUSED.has(refusal.cause)) return noteReuse(refusal, proven)
      const { cause, surface, address } = refusal
      if (isExempt(address) || !OWN_SURFACES.has(surface)) return
      if (proven && STRAYING.has(cause)) {
        if (isSuspect(proven) && !isShared({ userId: undefined, ...proven })) countRefusal(refusal, proven, true)
      } else if (OUTDATED.has(cause)) {
        const named = readSuspect(refusal.presented?.['identity'])
        if (named) countRefusal(refusal, named, false)
      }
    },
    totals: () => ({ ...totals }),
  }

  function countRefusal({ cause, address }: Refusal, who: Suspect, isProven: boolean): void {
    // Apart: who holds what is outdated must not add to what is held against the identity itself.
    const subject = `${isProven ? 'proven' : 'outdated'} ${who.kind}:${who.id}`
    if (!bursts.note(subject, clock().getTime())) return
    const { refusals, windowSeconds: seconds } = policy.bursts
    suspect(who, 'refusal_burst', { cause, address, refusals, seconds }, isProven)
  }

  /** Who has asked is suspect, and so is whose key it is; but a request says nothing of who sends it: any copy of it will do. */
  function noteReuse({ cause, address, presented = {} }: Refusal, proven: ProvenIdentity | undefined): void {
    const who = readSuspect(presented['identity'])
    const holder = certificates.findByFingerprint(presented['keyOf'] ?? '')
    const certificate = holder ? { certificate: holder.fingerprint } : {}
    if (who) {
      const owner = holder ? { holder: `${holder.kind}:${holder.subjectId}` } : {}
      suspect(who, 'key_reuse', { cause, address, ...certificate, ...owner }, proven !== undefined)
    }
    const other = holder && readSuspect(`${holder.kind}:${holder.subjectId}`)
    if (!other || (other.kind === who?.kind && other.id === who.id)) return
    const by = who ? { by: `${who.kind}:${who.id}` } : {}
    suspect(other, 'key_reuse', { cause, address, ...certificate, ...by }, false)
  }

  /** Nothing is done to who has not shown by itself that it holds a good credential: a stranger could bring it about. */
  function suspect(
    { kind, id }: Suspect,
    sign: Sign,
    evidence: Readonly<Record<string, string | number>>,
    isProven = true,
  ): void {
    totals[sign]++
    const action = isProven ? react({ kind, id }, policy.reactions[sign], sign) : 'told'
    if (action !== 'told' || isNews(`${sign} ${kind}:${id}`)) {
      events.publish('identity.compromise_suspected', { kind, id, sign, action, evidence })
    }
  }

  function isNews(subject: string): boolean {
    const now = clock().getTime()
    if ((told.get(subject) ?? Number.NEGATIVE_INFINITY) > now - HOUR_MS) return false
    told.delete(subject)
    told.set(subject, now)
    const [oldest] = told.keys()
    if (told.size > MAX_TOLD && oldest !== undefined) told.delete(oldest)
    return true
  }
}

function isSuspect<Who extends ProvenIdentity>(who: Who): who is Who & Suspect {
  return who.kind !== 'anonymous'
}

function readSuspect(text = ''): Suspect | undefined {
  const [, kind, id] = /^(device|service):(.+)$/.exec(text) ?? []
  return (kind === 'device' || kind === 'service') && id !== undefined ? { kind, id } : undefined
}
