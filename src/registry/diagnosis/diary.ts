import type { Clock } from '../../clock.ts'
import { readAttributes } from '../../peer-identity.ts'
import type { Certificate } from '../certificate.ts'
import type { LastSeen } from '../last-seen.ts'
import type { Page, PageRequest } from '../page.ts'
import type { CertificateStore } from '../ports.ts'
import type { RecordedRefusal, RefusalRing } from '../refusal-ring.ts'
import type { RecentEvent, RecentEvents } from './recent-events.ts'

export interface DiaryEntry extends Omit<RecentEvent, 'number' | 'event'> {
  readonly event:
    | RecentEvent['event']
    /** It came or went then; more is not known of it any more. */
    | 'seen'
    | 'refused'
    | 'certificate_issued'
    | 'certificate_renewed'
    | 'certificate_revoked'
    | 'certificate_expired'
  readonly fingerprint?: string
  readonly refusal?: RecordedRefusal
}

/** The story of one device or service. */
export interface Diary {
  /** Newest first; connections and refusals are those since the start of the hub, the newest hundred of each. */
  read(kind: 'device' | 'service', id: string, page: PageRequest): Page<DiaryEntry>
  /** What was refused to it, or to somebody who claimed to be it; newest first. */
  refusalsOf(kind: 'device' | 'service', id: string): readonly RecordedRefusal[]
}

export interface DiaryOptions {
  readonly recent: RecentEvents
  readonly refusals: Pick<RefusalRing, 'list'>
  readonly certificates: Pick<CertificateStore, 'listOf'>
  /** When a device came or went last, starts of the hub before this one included. */
  readonly lastSeen: LastSeen
  readonly clock: Clock
}

const MAX_OF_EACH = 100

export function createDiary({ recent, refusals, certificates, lastSeen, clock }: DiaryOptions): Diary {
  return {
    refusalsOf,
    read(kind, id, { limit, after }) {
      const entries = [
        ...tellRecent(kind, id).map(({ number, ...entry }) => place(entry, String(number))),
        ...refusalsOf(kind, id).map((refusal) => place({ at: refusal.at, event: 'refused', refusal }, keyOf(refusal))),
        ...tellCertificates(certificates.listOf(kind, id).slice(0, MAX_OF_EACH), clock()),
      ].toSorted((a, b) => (a.key < b.key ? 1 : -1))
      const rest = entries.filter(({ key }) => after === undefined || key < after)
      const shown = rest.slice(0, limit)
      const items = shown.map(({ entry }) => entry)
      const last = shown.at(-1)
      return last && rest.length > limit ? { items, nextCursor: last.key } : { items }
    },
  }

  function tellRecent(kind: 'device' | 'service', id: string): readonly (DiaryEntry & { readonly number: number })[] {
    const told = recent.listOf(kind, id)
    if (kind === 'service' || told.some(({ event }) => event === 'connected' || event === 'disconnected')) return told
    const at = lastSeen.of(id)
    return at ? [...told, { at, event: 'seen', number: 0 }] : told
  }

  function refusalsOf(kind: 'device' | 'service', id: string): readonly RecordedRefusal[] {
    return refusals
      .list()
      .filter((refusal) => concerns(refusal, kind, id))
      .slice(0, MAX_OF_EACH)
  }
}

/** Whether it was established that it was this one, or, where nothing was, said. */
function concerns({ presented = {} }: RecordedRefusal, kind: string, id: string): boolean {
  const { identity, subject = '', clientId = '', userName } = presented
  if (identity !== undefined) return identity === `${kind}:${id}`
  if (userName === id || clientId === id) return true
  // Taken apart only where it can be meant: of ten thousand strangers hardly one is.
  const isClient = clientId.startsWith(id) && clientId.split(':')[0] === id
  return isClient || (subject.includes(id) && readAttributes(subject, 'CN').includes(id))
}

interface Placed {
  /** In the order of time, and within the same millisecond in that of the events. */
  readonly key: string
  readonly entry: DiaryEntry
}

const DIGITS = 15

function place(entry: DiaryEntry, detail: string): Placed {
  return { key: `${entry.at.toISOString()} ${detail.padStart(DIGITS, '0')}`, entry }
}

function keyOf({ cause, surface, address }: RecordedRefusal): string {
  return `${cause} ${surface} ${address}`
}

function tellCertificates(newestFirst: readonly Certificate[], now: Date): readonly Placed[] {
  return newestFirst.flatMap((certificate, index) => {
    const { fingerprint, createdAt, revokedAt, revocationReason, notAfter, origin } = certificate
    const isFirst = index === newestFirst.length - 1
    const told: DiaryEntry[] = [
      {
        at: createdAt,
        event: isFirst ? 'certificate_issued' : 'certificate_renewed',
        fingerprint,
        ...(origin ? { reason: origin } : {}),
      },
    ]
    if (revokedAt)
      told.push({ at: revokedAt, event: 'certificate_revoked', fingerprint, reason: revocationReason ?? '' })
    else if (notAfter && notAfter < now) told.push({ at: notAfter, event: 'certificate_expired', fingerprint })
    return told.map((entry) => place(entry, `${entry.event} ${fingerprint}`))
  })
}
