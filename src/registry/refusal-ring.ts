import type { Clock } from '../clock.ts'
import { REFUSAL_MENDS, type RecordRefusal, type Refusal, type RefusalCause } from '../refusal.ts'
import { BoundedEntries } from './bounded-entries.ts'
import type { Expectations } from './expectations.ts'

/** A refusal as it is told: grouped with its like, and with what mends it. */
export interface RecordedRefusal extends Refusal {
  readonly at: Date
  readonly mend: string
  readonly count: number
}

export interface RefusalRing {
  readonly record: RecordRefusal
  /** Newest first. */
  list(): readonly RecordedRefusal[]
  /** How many there were since the start, those included that are not kept any more. */
  totals(): readonly RefusalTotal[]
}

/** Of one cause on one surface. */
export interface RefusalTotal extends Pick<Refusal, 'surface' | 'cause'> {
  readonly count: number
}

export interface RefusalRingOptions {
  readonly clock: Clock
  readonly capacity?: number
  readonly capacityPerSubject?: number
  /** Of those refusals that do not say themselves what would have been accepted. */
  readonly expectations?: () => Expectations
  /** Told once for each new group, not for each repetition: strangers cannot fill a log. */
  readonly onNew?: (refusal: RecordedRefusal) => void
  /** Told of the repetitions. */
  readonly onAgain?: (refusal: RecordedRefusal) => void
}

/** Keeps the newest refusals in bounded memory; equal ones (address, surface, cause, who) are one entry with a count. */
export function createRefusalRing({
  clock,
  capacity = 10_000,
  capacityPerSubject = 100,
  expectations = () => ({}),
  onNew,
  onAgain,
}: RefusalRingOptions): RefusalRing {
  const entries = new BoundedEntries<RecordedRefusal>({ capacity, capacityPerSubject })
  const totals = new Map<string, RefusalTotal>()

  return {
    record(refusal) {
      const { address, surface, cause } = refusal
      const kind = `${surface} ${cause}`
      totals.set(kind, { surface, cause, count: (totals.get(kind)?.count ?? 0) + 1 })
      const subject = subjectOf(refusal)
      const key = [address, surface, cause, subject].join('\n')
      const known = entries.get(key)
      const entry = { ...complete(refusal), at: clock(), mend: REFUSAL_MENDS[cause], count: (known?.count ?? 0) + 1 }
      entries.put(key, subject, entry)
      if (known) onAgain?.(entry)
      else onNew?.(entry)
    },
    list: () => entries.list(),
    totals: () => [...totals.values()],
  }

  function complete({ presented, ...refusal }: Refusal): Refusal {
    const expected = refusal.expected ?? expectations()[refusal.cause]
    return {
      ...refusal,
      ...(presented ? { presented: shorten(presented) } : {}),
      ...(expected === undefined ? {} : { expected }),
    }
  }
}

// A subject, a topic or a client id may have tens of thousands of octets, and the ring has ten thousand places.
const LONGEST = 256

function shorten(presented: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const cut = (value: string): string => (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
  return Object.fromEntries(Object.entries(presented).map(([name, value]) => [name, cut(value)]))
}

// Each was found behind a chain to our CA. Before that a certificate is a stranger's word, made anew for each attempt.
const PROVEN: ReadonlySet<RefusalCause> = new Set([
  'certificate_expired',
  'certificate_kind_wrong',
  'certificate_not_yet_valid',
  'certificate_pending',
  'certificate_revoked',
  'certificate_superseded',
  'certificate_held',
  'certificate_unknown',
  'common_name_wrong',
  'identity_suspended',
])

/** Whose refusal it is: an identity, a certificate of ours, or else an address. */
function subjectOf({ address, cause, presented }: Refusal): string {
  const fingerprint = PROVEN.has(cause) ? presented?.['fingerprint'] : undefined
  return presented?.['identity'] ?? fingerprint ?? address
}
