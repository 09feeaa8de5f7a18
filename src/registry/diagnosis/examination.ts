import type { Clock } from '../../clock.ts'
import { type Certificate, isActive, stateOf } from '../certificate.ts'
import type { CertificateStore } from '../ports.ts'
import type { RecordedRefusal } from '../refusal-ring.ts'
import type { Diary, DiaryEntry } from './diary.ts'
import { daysUntil, type Finding, finding, times } from './finding.ts'

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
      ...checkCertificates(examined, held, otherwiseLetIn(kind, id), now),
      ...checkSession(sessionsOf(kind, id), items),
    ]
  }
}

const LOOK_BACK = 300

function checkState({ kind, id, state }: Examined): Finding {
  const mend = kind === 'device' ? `signet device resume ${id}` : `PATCH /api/services/${id} {"state": "active"}`
  return finding('state', state === 'active' ? 'ok' : 'failed', `${kind} ${id} is ${state}`, mend)
}

function checkCertificates(
  { kind, id }: Examined,
  held: readonly Certificate[],
  others: readonly string[],
  now: Date,
): readonly Finding[] {
  const mend = `issue a new one and install it: signet ${kind} add ${id}`
  const active = held.filter((certificate) => isActive(certificate, now))
  if (active.length > 0) return active.map((certificate) => checkActive(certificate, mend, now))
  const instead = others.map((name) => finding('login', 'ok', `${name} lets it in`))
  const status = others.length > 0 ? 'note' : 'failed'
  const [newest] = held
  if (!newest) return [...instead, finding('certificate', status, 'it has no certificate', mend)]
  const detail = `its newest certificate ${newest.fingerprint} is ${stateOf(newest, now)}${endOf(newest)}`
  return [...instead, finding('certificate', status, detail, MENDS.get(stateOf(newest, now))?.(newest) ?? mend)]
}

const MENDS: ReadonlyMap<string, (certificate: Certificate) => string> = new Map<
  string,
  (certificate: Certificate) => string
>([
  ['pending', ({ fingerprint }) => `signet certificate approve ${fingerprint}, or reject`],
  ['held', ({ fingerprint }) => `signet certificate unhold ${fingerprint}, or revoke it`],
  ['not_yet_valid', () => "set the hub's clock, or that of the machine that issued it"],
])

function endOf({ revokedAt, revocationReason, notAfter }: Certificate): string {
  if (revokedAt) return ` since ${revokedAt.toISOString()} (${revocationReason ?? 'unspecified'})`
  return notAfter ? `, notAfter ${notAfter.toISOString()}` : ''
}

const WARNING_DAYS = 30

function checkActive({ fingerprint, notAfter, firstSeenAt }: Certificate, mend: string, now: Date): Finding {
  const seen = firstSeenAt ? `first seen ${firstSeenAt.toISOString()}` : 'never seen'
  if (!notAfter) return finding('certificate', 'ok', `${fingerprint} is active, ${seen}`)
  const days = daysUntil(notAfter, now)
  const detail = `${fingerprint} is active for ${days} days, until ${notAfter.toISOString()}, ${seen}`
  return finding('certificate', days < WARNING_DAYS ? 'warning' : 'ok', detail, mend)
}

/** Whether it is here, and if not, what came of its last attempt. */
function checkSession(sessions: readonly LiveSession[], newestFirst: readonly DiaryEntry[]): readonly Finding[] {
  const live = sessions.map(({ clientId, address }) =>
    finding('session', 'ok', `connected as ${clientId} from ${address}`),
  )
  const last = newestFirst.find(({ event }) => ATTEMPTS.has(event))
  if (live.length === 0) return [tellAbsence(last)]
  return last?.refusal ? [...live, tellRefusal(last.at, last.refusal)] : live
}

const ATTEMPTS: ReadonlySet<DiaryEntry['event']> = new Set(['connected', 'disconnected', 'left', 'refused', 'seen'])

function tellAbsence(last: DiaryEntry | undefined): Finding {
  if (!last) return finding('session', 'warning', SILENT, MEND_SILENT)
  if (last.refusal) return tellRefusal(last.at, last.refusal)
  if (last.event === 'seen') {
    return finding('session', 'warning', `not connected: last seen at ${last.at.toISOString()}`, MEND_SILENT)
  }
  const detail = `not connected: ${last.event} at ${last.at.toISOString()}${last.reason ? `, ${last.reason}` : ''}`
  if (last.event === 'left') return finding('session', 'warning', detail, MEND_LEFT)
  return finding('session', 'warning', detail, 'nothing was refused to it since: check the device and its network')
}

const SILENT = 'not connected, and nothing came from it since the hub started'
const MEND_SILENT = "check its network, the hub's address and port, and the refusals of strangers: signet refusals"
const MEND_LEFT =
  'connect it to a name of the certificate (signet doctor lists them), or add the name to tls.server_names'

function tellRefusal(at: Date, { cause, address, count, expected, mend, presented }: RecordedRefusal): Finding {
  const claimed = presented?.['identity'] === undefined ? ' (somebody who claimed to be it)' : ''
  const wanted = expected === undefined ? '' : `; expected ${expected}`
  const detail = `refused from ${address}${claimed} at ${at.toISOString()}, ${times(count)}: ${cause}${wanted}`
  return { ...finding('session', 'warning', detail, mend), cause }
}
