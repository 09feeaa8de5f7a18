import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import type { Certificate, CertificateKind } from './certificate.ts'
import type { Page, PageRequest } from './page.ts'
import type { KeyAlgorithm, Transaction } from './ports.ts'
import type { PublishedLists } from './revocation-lists.ts'
import { type Cut, REVOKED_AT_ONCE, type Revocations } from './revocations.ts'

/** What anybody may know of a CA of the hub. */
export interface AuthorityFacts {
  readonly fingerprint: string
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly certificatePem: string
}

/** The CA that is to follow: one that is made, with what the configuration says unless it is said here, or one that is brought. */
export type AuthorityWish =
  | { readonly keyAlgorithm?: KeyAlgorithm | undefined; readonly hierarchy?: 'single' | 'two_tier' | undefined }
  | { readonly imported: { readonly certificate: string; readonly key: string; readonly chain?: string | undefined } }

/** The keys of the hub's CAs, and what it shows and trusts by them. */
export interface RotatingAuthorities {
  readonly current: AuthorityFacts
  /** The one before it, until it is retired. */
  readonly retiring: AuthorityFacts | undefined
  /** Throws `ca_locked` while the key of either is. */
  requireUnlocked(): void
  /** Throws `authority_unfit`, `ca_key_in_hsm`, `passphrase_missing`, `root_key_missing`, `key_mismatch`; nothing has changed then. */
  prepare(wish: AuthorityWish): Promise<AuthorityFacts & { readonly takeOver: () => Promise<void> }>
  /** At once: nobody new is let in by it, and the hub's own certificate is to come from the present one. */
  distrustRetiring(): void
  /** Shows a certificate of the CA that is to vouch for the hub now. */
  renewServer(): Promise<void>
  /** Puts its key away. */
  finish(): Promise<void>
}

export interface DependentQuery extends PageRequest {
  readonly issuer: string
  readonly now: Date
}

export interface AuthorityStore {
  /** Of the part of all certificates behind that place, those that are noted under no CA are this one's; behind where more stand. */
  noteIssued(fingerprint: string, after: number | undefined): number | undefined
  /** It is to go: what is noted under no CA is its. Again, after one that never took over: from this time on. */
  noteRetiring(authority: Pick<AuthorityFacts, 'fingerprint' | 'certificatePem'>, at: Date): void
  noteRetired(fingerprint: string, at: Date): void
  /** When another has followed it. */
  findRetiringSince(fingerprint: string): Date | undefined
  /** Those that are retired, in their order. */
  listRetired(): readonly (AuthorityFacts & { readonly retiredAt: Date })[]
  /** How many have a certificate of this CA that they may use now. */
  countDependents(issuer: string, now: Date): Readonly<Partial<Record<CertificateKind, number>>>
  /** Those certificates, in the order of their fingerprints. */
  listDependents(query: DependentQuery): Page<Certificate>
  /** How many devices have a certificate of this CA that they may use now, and of these how many have connected with it. */
  countMoved(issuer: string, now: Date): { readonly issued: number; readonly connected: number }
  /** Its certificates that are neither revoked nor expired, those that wait for approval too; by their fingerprints. */
  listUnended(query: DependentQuery): Page<Certificate>
  /** When the last certificate of it expires. */
  findLastEnd(issuer: string): Date | undefined
}

export interface ListedAuthority extends AuthorityFacts {
  readonly state: 'issuing' | 'retiring' | 'retired'
  readonly retiredAt: Date | undefined
}

export interface AuthorityRotationStatus {
  readonly current: AuthorityFacts
  /** None: no rotation is underway, and the rest is empty. */
  readonly retiring: AuthorityFacts | undefined
  readonly since: Date | undefined
  readonly dependents: Readonly<Partial<Record<CertificateKind, number>>>
  readonly moved: { readonly issued: number; readonly connected: number }
  readonly certificates: Page<Certificate>
}

/** The succession of one CA by the next. */
export interface AuthorityRotations {
  /** Every CA of the hub, the one that issues first. */
  list(): readonly ListedAuthority[]
  /** With a page of the certificates that depend on the old CA. */
  status(page: PageRequest): AuthorityRotationStatus
  /** From now on the new one issues, and both are trusted. Throws `rotation_underway` too. */
  begin(wish: AuthorityWish): Promise<AuthorityFacts>
  /**
   * The old one is trusted no more, and what is left of its certificates is revoked and cut. Throws
   * `rotation_not_underway`, and `authority_in_use` as long as anybody depends on it, unless it is forced.
   */
  retire(isForced: boolean): Promise<AuthorityFacts>
}

export interface AuthorityRotationOptions {
  readonly authorities: RotatingAuthorities
  readonly store: AuthorityStore
  readonly lists: { last(fingerprint: string, nextUpdate: Date): Promise<PublishedLists> }
  readonly revocations: Pick<Revocations, 'mark'>
  /** Of the CAs of others that are trusted. */
  readonly foreignSubjects: () => readonly string[]
  readonly transaction: Transaction
  readonly events: EventFeed
  readonly clock: Clock
}

const NAMED = 5
const DAY_MS = 86_400_000

export function createAuthorityRotations(options: AuthorityRotationOptions): AuthorityRotations {
  const { authorities, store, lists, revocations, foreignSubjects, transaction, events, clock } = options
  let isBusy = false
  // A hub that was killed, or to which an old pair was given, has not noted it yet.
  const { retiring: left } = authorities
  if (left && !store.findRetiringSince(left.fingerprint)) store.noteRetiring(left, clock())

  return {
    list() {
      const { current, retiring } = authorities
      const here = (facts: AuthorityFacts, state: 'issuing' | 'retiring') => ({ ...facts, state, retiredAt: undefined })
      const gone = store.listRetired().filter(({ fingerprint }) => fingerprint !== retiring?.fingerprint)
      return [
        here(current, 'issuing'),
        ...(retiring ? [here(retiring, 'retiring')] : []),
        ...gone.toReversed().map((facts) => ({ ...facts, state: 'retired' as const })),
      ]
    },

    status(page) {
      const { current, retiring } = authorities
      const now = clock()
      if (!retiring) {
        const moved = { issued: 0, connected: 0 }
        return { current, retiring, since: undefined, dependents: {}, moved, certificates: { items: [] } }
      }
      const issuer = retiring.fingerprint
      return {
        current,
        retiring,
        since: store.findRetiringSince(issuer),
        dependents: store.countDependents(issuer, now),
        moved: store.countMoved(current.fingerprint, now),
        certificates: store.listDependents({ ...page, issuer, now }),
      }
    },

    begin: (wish) =>
      alone(async () => {
        const { current, retiring } = authorities
        if (retiring) throw underway(`${retiring.subject} is not retired yet: finish that rotation first`)
        authorities.requireUnlocked()
        const { takeOver, ...next } = await authorities.prepare(wish)
        requireUntrusted(next)
        await noteIssued(current)
        store.noteRetiring(current, clock())
        await takeOver()
        events.publish('authority.rotated', { fingerprint: next.fingerprint, previous: current.fingerprint })
        return next
      }),

    retire: (isForced) =>
      alone(async () => {
        const { retiring } = authorities
        if (!retiring) throw new DomainError('rotation_not_underway', 'There is no old CA that could be retired')
        authorities.requireUnlocked()
        // One tick: whoever is let in after it is let in by the other CA.
        const { cut, nextCursor } = transaction(() => {
          if (!isForced) requireUnused(retiring)
          return markUnended(retiring)
        })
        authorities.distrustRetiring()
        await Promise.all([cut(), endBehind(nextCursor, retiring)])
        await authorities.renewServer()
        await signLast(retiring)
        store.noteRetired(retiring.fingerprint, clock())
        await authorities.finish()
        events.publish('authority.retired', { fingerprint: retiring.fingerprint })
        return retiring
      }),
  }

  /** As good before it is to go as then: a part of a fleet a turn of the event loop. */
  async function noteIssued({ fingerprint }: AuthorityFacts): Promise<void> {
    for (let last = store.noteIssued(fingerprint, undefined); last !== undefined; ) {
      await nextTurn()
      last = store.noteIssued(fingerprint, last)
    }
  }

  /** The first of those that are left behind this one. */
  function markUnended(
    { fingerprint: issuer }: AuthorityFacts,
    after?: string,
  ): { readonly cut: Cut; readonly nextCursor?: string } {
    const page = { limit: REVOKED_AT_ONCE, ...(after === undefined ? {} : { after }) }
    const { items, ...rest } = store.listUnended({ ...page, issuer, now: clock() })
    return { cut: revocations.mark(items, 'cessationOfOperation'), ...rest }
  }

  /** None of them can come anew: a part of them a turn of the event loop. */
  async function endBehind(after: string | undefined, retiring: AuthorityFacts): Promise<void> {
    if (after === undefined) return
    await nextTurn()
    const { cut, nextCursor } = transaction(() => markUnended(retiring, after))
    await Promise.all([cut(), endBehind(nextCursor, retiring)])
  }

  /** On them is all that it ever signed and that is good by its dates: its key is not needed again. */
  function signLast({ fingerprint }: AuthorityFacts): Promise<PublishedLists> {
    const end = store.findLastEnd(fingerprint)?.getTime() ?? 0
    return lists.last(fingerprint, new Date(Math.max(end, clock().getTime()) + DAY_MS))
  }

  function requireUnused({ fingerprint: issuer, subject }: AuthorityFacts): void {
    const now = clock()
    const counts = Object.entries(store.countDependents(issuer, now))
    const total = counts.reduce((sum, [, count]) => sum + count, 0)
    if (total === 0) return
    const { items, nextCursor } = store.listDependents({ issuer, now, limit: NAMED })
    const names = [...new Set(items.map(({ kind, subjectId }) => `${kind} ${subjectId}`))]
    throw new DomainError(
      'authority_in_use',
      `${total} still depend on ${subject}: ${names.join(', ')}${nextCursor === undefined ? '' : ', ...'}; let them renew, or force it and cut them off`,
      { details: { dependents: String(total) } },
    )
  }

  function requireUntrusted({ subject }: AuthorityFacts): void {
    if (!foreignSubjects().includes(subject)) return
    throw new DomainError('authority_exists', `${subject} is trusted as the CA of others: remove it there first`)
  }

  async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (isBusy) throw underway('another one is being begun or ended at this moment')
    isBusy = true
    try {
      return await work()
    } finally {
      isBusy = false
    }
  }
}

function underway(fact: string): DomainError {
  return new DomainError('rotation_underway', `A rotation of the CA is underway: ${fact}`)
}
