import type { Clock } from '../../clock.ts'
import { type Certificate, isActive, stateOf } from '../certificate.ts'
import type { CertificateStore } from '../ports.ts'
import type { RecordedRefusal } from '../refusal-ring.ts'
import type { Diary, DiaryEntry } from './diary.ts'
import { daysUntil, type Finding, finding } from './finding.ts'

export interface Examined {
  readonly kind: 'device' | 'service'
  readonly id: string
  readonly state: 'active' | 'suspended'
}

/** A connection that is live now. */
export interface LiveSession {
  readonly clientId: string
  readonly address: string
}

export interface ExaminationOptions {
  readonly certificates: Pick<CertificateStore, 'listOf'>
  readonly diary: Diary
  readonly sessionsOf: (kind: 'device' | 'service', id: string) => readonly LiveSession[]
  /** What lets it in besides certificates, each in words. */
  readonly otherwiseLetIn: (kind: 'device' | 'service', id: string) => readonly string[]
  readonly clock: Clock
}

/** Looks one device or service over: its state, its certificates, its session, and why it was last refused. */
export function createExamination(options: ExaminationOptions): (examined: Examined) => readonly Finding[] {
  const { certificates, diary, sessionsOf, otherwiseLetIn, clock } = options
  return (examined) => {
    const { kind, id } = examined
    const now = clock()
    const held = certificates.listOf(kind, id)
    const { items } = diary.read(kind, id, { limit: LOOK_BACK })
    return [
      checkState(examined),
      ...checkSuspicion(examined, items),
      ...checkCertificates(examined, held, otherwiseLetIn(kind, id), now),
      ...checkSession(sessionsOf(kind, id), items),
    ]
  }
}

const LOOK_BACK = 300

function checkState({ kind, id, state }: Examined): Finding {
  return finding('state', state === 'active' ? 'ok' : 'failed', state, { kind, id })
}

/** Until it was given a key that nobody else can have. */
function checkSuspicion({ kind, id }: Examined, newestFirst: readonly DiaryEntry[]): readonly Finding[] {
  const told = newestFirst.find(({ event }) => event === 'compromise_suspected' || RENEWED.has(event))
  if (!told?.suspicion) return []
  return [finding('state', 'warning', 'suspected', { kind, id, at: told.at.toISOString(), ...told.suspicion })]
}

const RENEWED: ReadonlySet<DiaryEntry['event']> = new Set(['certificate_issued', 'certificate_renewed'])

function checkCertificates(
  { kind, id }: Examined,
  held: readonly Certificate[],
  others: readonly string[],
  now: Date,
): readonly Finding[] {
  const party = { kind, id }
  const active = held.filter((certificate) => isActive(certificate, now))
  if (active.length > 0) return active.map((certificate) => checkActive(certificate, party, now))
  const instead = others.map((name) => finding('login', 'ok', 'login', { name }))
  const status = others.length > 0 ? 'note' : 'failed'
  const [newest] = held
  if (!newest) return [...instead, finding('certificate', status, 'no_certificate', party)]
  const { fingerprint, revokedAt, revocationReason, notAfter } = newest
  const values = {
    ...{ ...party, fingerprint, revocationReason, state: stateOf(newest, now) },
    ...{ revokedAt: revokedAt?.toISOString(), notAfter: notAfter?.toISOString() },
  }
  return [...instead, finding('certificate', status, 'certificate_unfit', values)]
}

const WARNING_DAYS = 30

function checkActive(certificate: Certificate, party: Pick<Examined, 'kind' | 'id'>, now: Date): Finding {
  const { fingerprint, notAfter, firstSeenAt } = certificate
  const seen = { ...party, fingerprint, firstSeenAt: firstSeenAt?.toISOString() }
  if (!notAfter) return finding('certificate', 'ok', 'certificate_active', seen)
  const days = daysUntil(notAfter, now)
  const values = { ...seen, days, notAfter: notAfter.toISOString() }
  return finding('certificate', days < WARNING_DAYS ? 'warning' : 'ok', 'certificate_active', values)
}

/** Whether it is here, and if not, what came of its last attempt. */
function checkSession(sessions: readonly LiveSession[], newestFirst: readonly DiaryEntry[]): readonly Finding[] {
  const live = sessions.map(({ clientId, address }) => finding('session', 'ok', 'connected', { clientId, address }))
  const last = newestFirst.find(({ event }) => ATTEMPTS.has(event))
  if (live.length === 0) return [tellAbsence(last)]
  return last?.refusal ? [...live, tellRefusal(last.at, last.refusal)] : live
}

const ATTEMPTS: ReadonlySet<DiaryEntry['event']> = new Set(['connected', 'disconnected', 'left', 'refused', 'seen'])

function tellAbsence(last: DiaryEntry | undefined): Finding {
  if (!last) return finding('session', 'warning', 'silent', {})
  if (last.refusal) return tellRefusal(last.at, last.refusal)
  const at = last.at.toISOString()
  if (last.event === 'seen') return finding('session', 'warning', 'last_seen', { at })
  if (last.event === 'left') return finding('session', 'warning', 'left', { at })
  return finding('session', 'warning', 'away', { event: last.event, at, reason: last.reason })
}

function tellRefusal(at: Date, refusal: RecordedRefusal): Finding {
  const { cause, address, count, expected, mend, presented } = refusal
  const isItself = presented?.['identity'] !== undefined
  const values = { at: at.toISOString(), address, count, cause, expected, isItself, mend }
  return { ...finding('session', 'warning', 'refused', values), cause }
}
