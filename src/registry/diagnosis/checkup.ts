import type { ReadinessName } from '../../check-name.ts'
import type { Clock } from '../../clock.ts'
import type { ReadinessWarning } from '../../finding.ts'
import type { RefusalCause } from '../../refusal.ts'
import type { RecordedRefusal, RefusalRing } from '../refusal-ring.ts'
import { DAY_MS, daysUntil, type Finding, finding } from './finding.ts'

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
    readonly warning?: () => ReadinessWarning | undefined
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
      finding('ports', 'ok', 'listening', { listeners: options.listeners().join(', ') }),
      checkClock(now, [options.ca, server]),
      checkLife('ca', options.ca, now, CA_WARNING_DAYS),
      checkLife('server', server, now, SERVER_WARNING_DAYS),
      checkNames(server.names, options.publicHost),
      ...checkDisk(options.disk()),
      ...checkRefusals(options.refusals.list(), now),
    ]
  }
}

async function checkReadiness(check: CheckupOptions['readiness'][number]): Promise<Finding> {
  const { name } = check
  const isReady = await check.isReady()
  const warning = check.warning?.()
  if (warning) return finding(name, isReady ? 'warning' : 'failed', warning.code, warning.values)
  return isReady ? finding(name, 'ok', 'ready', {}) : finding(name, 'failed', 'not_ready', { check: name })
}

function checkClock(time: Date, own: readonly OwnCertificate[]): Finding {
  const early = own.find(({ notBefore }) => time < notBefore)
  const now = time.toISOString()
  if (!early) return finding('clock', 'ok', 'clock', { now })
  const { subject, notBefore } = early
  return finding('clock', 'failed', 'clock_early', { now, subject, notBefore: notBefore.toISOString() })
}

const CA_WARNING_DAYS = 180
const SERVER_WARNING_DAYS = 30

function checkLife(whose: 'ca' | 'server', own: OwnCertificate, now: Date, warningDays: number): Finding {
  const { subject, notAfter } = own
  const name = `${whose}_certificate` as const
  const at = notAfter.toISOString()
  if (now > notAfter) return finding(name, 'failed', `${whose}_expired`, { subject, at })
  const days = daysUntil(notAfter, now)
  return finding(name, days < warningDays ? 'warning' : 'ok', `${whose}_ends`, { subject, at, days })
}

function checkNames(held: readonly string[], host: string | undefined): Finding {
  const names = held.join(', ')
  if (host === undefined) return finding('server_names', 'note', 'names_alone', { names })
  if (held.includes(host.toLowerCase())) return finding('server_names', 'ok', 'names', { names })
  return finding('server_names', 'failed', 'host_missing', { host, names })
}

const MIB = 1024 * 1024
const LEAST_FREE = 256 * MIB
const LEAST_SHARE = 0.05

function checkDisk(disk: { readonly free: number; readonly total: number } | undefined): readonly Finding[] {
  if (!disk) return []
  const { free, total } = disk
  const isLow = free < LEAST_FREE || free / total < LEAST_SHARE
  const values = { free: Math.floor(free / MIB), total: Math.floor(total / MIB) }
  return [finding('disk', isLow ? 'warning' : 'ok', 'disk', values)]
}

/** The last day's, a cause a line: those of our own devices are found, a stranger's are worth knowing. */
function checkRefusals(refusals: readonly RecordedRefusal[], now: Date): readonly Finding[] {
  const recent = refusals.filter(({ at }) => now.getTime() - at.getTime() < DAY_MS)
  if (recent.length === 0) return [finding('refusals', 'ok', 'nobody_refused', {})]
  const byCause = Map.groupBy(recent, ({ cause }) => cause)
  return [...byCause].map(([cause, group]) => tellGroup(cause, group))
}

const MAX_NAMED = 3

function tellGroup(cause: RefusalCause, group: readonly RecordedRefusal[]): Finding {
  const count = group.reduce((sum, refusal) => sum + refusal.count, 0)
  const identities = new Set(group.flatMap(({ presented }) => presented?.['identity'] ?? []))
  const whom = identities.size > 0 ? identities : new Set(group.map(({ address }) => address))
  const values = {
    ...{ cause, count, mend: group[0]?.mend ?? '' },
    whom: [...whom].slice(0, MAX_NAMED).join(', '),
    more: Math.max(0, whom.size - MAX_NAMED),
  }
  return { ...finding('refusals', identities.size > 0 ? 'warning' : 'note', 'lately_refused', values), cause }
}
