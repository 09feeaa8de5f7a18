import type { CheckName, ReadinessName } from '../../check-name.ts'
import type { Clock } from '../../clock.ts'
import type { RefusalCause } from '../../refusal.ts'
import type { RecordedRefusal, RefusalRing } from '../refusal-ring.ts'
import { DAY_MS, daysUntil, type Finding, finding, times } from './finding.ts'

/** A certificate that the hub itself shows, or signs with. */
export interface OwnCertificate {
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
}

export interface CheckupOptions {
  readonly readiness: readonly {
    readonly name: ReadinessName
    isReady(): boolean | Promise<boolean>
    readonly warning?: () => string | undefined
  }[]
  readonly ca: OwnCertificate
  /** Asked at each check-up: it may be swapped while the hub runs. */
  readonly server: () => OwnCertificate & { readonly names: readonly string[] }
  readonly publicHost: string | undefined
  /** Bytes where the data folder lies; none of a hub in memory. */
  readonly disk: () => { readonly free: number; readonly total: number } | undefined
  readonly listeners: () => readonly string[]
  readonly refusals: Pick<RefusalRing, 'list'>
  readonly clock: Clock
}

/** Looks the hub over: every check, those that found nothing included. */
export function createCheckup(options: CheckupOptions): () => Promise<readonly Finding[]> {
  return async () => {
    const now = options.clock()
    const readiness = await Promise.all(options.readiness.map(checkReadiness))
    const server = options.server()
    return [
      ...readiness,
      finding('ports', 'ok', `listening: ${options.listeners().join(', ')}`),
      checkClock(now, [options.ca, server]),
      checkLife('ca_certificate', options.ca, now, CA_WARNING_DAYS, MEND_CA),
      checkLife('server_certificate', server, now, SERVER_WARNING_DAYS, MEND_SERVER),
      checkNames(server.names, options.publicHost),
      ...checkDisk(options.disk()),
      ...checkRefusals(options.refusals.list(), now),
    ]
  }
}

const READINESS_MENDS: ReadonlyMap<ReadinessName, string> = new Map([
  ['database', "data/hub.db does not answer: see the hub's log, and who else has it open"],
  ['store_bytes', 'the messages that wait fill limits.store_bytes: end sessions that do not fetch theirs, or raise it'],
  ['mqtt_database', "data/mqtt.db cannot be written: make room on the disk of data_dir, and see the hub's log"],
  ['file_handles', 'no file handles are left: raise "ulimit -n" (LimitNOFILE of the service)'],
])

/** What to do about a check of /readyz that is red. */
export function mendReadiness(name: ReadinessName): string {
  return READINESS_MENDS.get(name) ?? "see the hub's log"
}

async function checkReadiness(check: CheckupOptions['readiness'][number]): Promise<Finding> {
  const { name } = check
  const warning = check.warning?.()
  if (await check.isReady()) return finding(name, warning ? 'warning' : 'ok', warning ?? 'ready', mendReadiness(name))
  return finding(name, 'failed', 'not ready: /readyz is red', mendReadiness(name))
}

function checkClock(now: Date, own: readonly OwnCertificate[]): Finding {
  const early = own.find(({ notBefore }) => now < notBefore)
  const told = `it is ${now.toISOString()} by the hub's clock`
  if (!early) return finding('clock', 'ok', told)
  const detail = `${told}, before ${early.subject} was made (${early.notBefore.toISOString()})`
  return finding(
    'clock',
    'failed',
    detail,
    'set the clock of this machine (NTP): good certificates are refused until then',
  )
}

const CA_WARNING_DAYS = 180
const SERVER_WARNING_DAYS = 30
const MEND_CA = 'plan the change to a new CA: devices must learn to trust it before this one ends'
const MEND_SERVER = 'restart the hub: it renews its certificate at two thirds of its life; devices need nothing new'

function checkLife(name: CheckName, own: OwnCertificate, now: Date, warningDays: number, mend: string): Finding {
  const { subject, notAfter } = own
  const end = notAfter.toISOString()
  if (now > notAfter) return finding(name, 'failed', `${subject} expired at ${end}`, mend)
  const days = daysUntil(notAfter, now)
  return finding(name, days < warningDays ? 'warning' : 'ok', `${subject} ends in ${days} days, at ${end}`, mend)
}

function checkNames(names: readonly string[], publicHost: string | undefined): Finding {
  const held = `the server certificate holds ${names.join(', ')}`
  if (publicHost === undefined) {
    return finding('server_names', 'note', held, 'set public_host if devices reach the hub by another name')
  }
  if (names.includes(publicHost.toLowerCase())) return finding('server_names', 'ok', held)
  const mend = 'restart the hub, which puts public_host into its certificate, or correct public_host'
  return finding('server_names', 'failed', `public_host ${publicHost} is missing: ${held}`, mend)
}

const MIB = 1024 * 1024
const LEAST_FREE = 256 * MIB
const LEAST_SHARE = 0.05

function checkDisk(disk: { readonly free: number; readonly total: number } | undefined): readonly Finding[] {
  if (!disk) return []
  const { free, total } = disk
  const isLow = free < LEAST_FREE || free / total < LEAST_SHARE
  const detail = `${Math.floor(free / MIB)} MiB of ${Math.floor(total / MIB)} MiB are free where data_dir lies`
  return [finding('disk', isLow ? 'warning' : 'ok', detail, 'make room: without it the hub acknowledges nothing new')]
}

/** The last day's, a cause a line: those of our own devices are found, a stranger's are worth knowing. */
function checkRefusals(refusals: readonly RecordedRefusal[], now: Date): readonly Finding[] {
  const recent = refusals.filter(({ at }) => now.getTime() - at.getTime() < DAY_MS)
  if (recent.length === 0) return [finding('refusals', 'ok', 'nobody was refused in the last day')]
  const byCause = Map.groupBy(recent, ({ cause }) => cause)
  return [...byCause].map(([cause, group]) => tellGroup(cause, group))
}

const MAX_NAMED = 3

function tellGroup(cause: RefusalCause, group: readonly RecordedRefusal[]): Finding {
  const count = group.reduce((sum, refusal) => sum + refusal.count, 0)
  const identities = new Set(group.flatMap(({ presented }) => presented?.['identity'] ?? []))
  const whom = identities.size > 0 ? identities : new Set(group.map(({ address }) => address))
  const named = [...whom].slice(0, MAX_NAMED).join(', ')
  const more = whom.size > MAX_NAMED ? ` and ${whom.size - MAX_NAMED} more` : ''
  const status = identities.size > 0 ? 'warning' : 'note'
  const detail = `${cause}, ${times(count)} in the last day: ${named}${more}`
  return { ...finding('refusals', status, detail, group[0]?.mend), cause }
}
