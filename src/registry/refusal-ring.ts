import type { Clock } from '../clock.ts'
import { REFUSAL_MENDS, type Refusal, type RefusalCause } from '../refusal.ts'

/** A refusal as it is told: grouped with its like, and with what mends it. */
export interface RecordedRefusal extends Refusal {
  readonly at: Date
  readonly mend: string
  readonly count: number
}

export interface RefusalRing {
  record(refusal: Refusal): void
  /** Newest first. */
  list(): readonly RecordedRefusal[]
  /** How many of each cause there were since the start, those included that are not kept any more. */
  totals(): Readonly<Partial<Record<RefusalCause, number>>>
}

export interface RefusalRingOptions {
  readonly clock: Clock
  readonly capacity?: number
  readonly capacityPerSubject?: number
  /** Told once for each new group, not for each repetition: strangers cannot fill a log. */
  readonly onNew?: (refusal: RecordedRefusal) => void
}

/** Keeps the newest refusals in bounded memory; equal ones (address, surface, cause, who) are one entry with a count. */
export function createRefusalRing({
  clock,
  capacity = 10_000,
  capacityPerSubject = 100,
  onNew,
}: RefusalRingOptions): RefusalRing {
  // A Map keeps insertion order, so the first key is the oldest entry.
  const entries = new Map<string, RecordedRefusal>()
  const bySubject = new Map<string, Set<string>>()
  const totals = new Map<RefusalCause, number>()

  return {
    record(refusal) {
      totals.set(refusal.cause, (totals.get(refusal.cause) ?? 0) + 1)
      const subject = subjectOf(refusal)
      const key = [refusal.address, refusal.surface, refusal.cause, subject].join('\n')
      const known = entries.get(key)
      remove(key)
      const entry = { ...refusal, at: clock(), mend: REFUSAL_MENDS[refusal.cause], count: (known?.count ?? 0) + 1 }
      entries.set(key, entry)
      const ofSubject = add(subject, key)
      if (ofSubject.size > capacityPerSubject) removeOldest(ofSubject)
      if (entries.size > capacity) removeOldest(entries.keys())
      if (!known) onNew?.(entry)
    },
    list: () => [...entries.values()].reverse(),
    totals: () => Object.fromEntries(totals),
  }

  function add(subject: string, key: string): Set<string> {
    const keys = bySubject.get(subject) ?? new Set()
    bySubject.set(subject, keys.add(key))
    return keys
  }

  function remove(key: string): void {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    const subject = subjectOf(entry)
    const keys = bySubject.get(subject)
    keys?.delete(key)
    if (keys?.size === 0) bySubject.delete(subject)
  }

  function removeOldest(keys: Iterable<string>): void {
    const [oldest] = keys
    if (oldest !== undefined) remove(oldest)
  }
}

// Each was found behind a chain to our CA. Before that a certificate is a stranger's word, made anew for each attempt.
const PROVEN: ReadonlySet<RefusalCause> = new Set([
  'certificate_expired',
  'certificate_kind_wrong',
  'certificate_not_yet_valid',
  'certificate_pending',
  'certificate_revoked',
  'certificate_superseded',
  'certificate_unknown',
  'common_name_wrong',
  'identity_suspended',
])

/** Whose refusal it is: an identity, a certificate of ours, or else an address. */
function subjectOf({ address, cause, presented }: Refusal): string {
  const fingerprint = PROVEN.has(cause) ? presented?.['fingerprint'] : undefined
  return presented?.['identity'] ?? fingerprint ?? address
}
