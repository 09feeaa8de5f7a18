import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import type { Overview, OverviewCalls } from './api/observation-ports.ts'
import type { ReadinessCheck } from './api/ports.ts'
import type { ScheduledBackups } from './app-backup-schedule.ts'
import { readDisk } from './app-diagnosis.ts'
import { type OpenHistory, readMemory } from './app-history.ts'
import type { Runtime } from './app-hub.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { authModes } from './config-auth.ts'
import type { OverviewStore } from './db/overview-store.ts'
import { finding } from './registry/diagnosis/finding.ts'
import type { ExpiryWatch } from './registry/expiry/expiry-watch.ts'
import { VERSION } from './version.ts'

export interface OverviewParts {
  readonly store: Pick<OverviewStore, 'count' | 'countPending'>
  readonly expiry: Pick<ExpiryWatch, 'countWeeks'>
  readonly broker: Pick<MqttBroker, 'sessions' | 'figures'>
  readonly history: OpenHistory
  readonly readiness: readonly ReadinessCheck[]
  readonly scheduled: Pick<ScheduledBackups, 'lastAt'>
  /** None of a hub in memory. */
  readonly files: { readonly mqttDatabase: string } | undefined
  readonly runtime: Runtime | undefined
  readonly clock: Clock
}

/** How the hub is, from what is counted already and from counts that an index answers. */
export function createOverview(config: Config, parts: OverviewParts): OverviewCalls {
  const { store, expiry, broker, history, readiness, scheduled, files, runtime, clock } = parts
  const startedAt = clock()
  return { read, history: history.read }

  async function read(): Promise<Overview> {
    const now = clock()
    const { devices: total, suspended, services } = store.count()
    const { sessions } = broker
    const { connected: live, sessionsStored: stored, sessionsAway: waiting, ...figures } = await broker.figures()
    const { used_heap_size: heapUsed, total_heap_size: heapTotal } = getHeapStatistics()
    return {
      version: VERSION,
      startedAt,
      now,
      modes: authModes(config),
      devices: { total, suspended, connected: sessions.countOf('device') },
      services: { total: services, connected: sessions.countOf('service') },
      enrolments: { pending: store.countPending(now) },
      refusalsLastHour: history.refusalsLastHour(),
      certificates: await expiry.countWeeks(),
      sessions: { live, stored, waiting },
      queued: { messages: figures.queuedMessages, bytes: figures.queuedBytes },
      process: { rss: readMemory(runtime), heapUsed, heapTotal, eventLoopDelay: history.eventLoopDelay() },
      disk: files && readDisk(dirname(files.mqttDatabase)),
      databaseBytes: files && measureDatabases(dirname(files.mqttDatabase)),
      lastBackupAt: scheduled.lastAt,
      findings: (await Promise.all(readiness.map(judge))).flat(),
    }
  }
}

async function judge(check: ReadinessCheck): Promise<Overview['findings']> {
  const { name } = check
  const warning = check.warning?.()
  if (!(await check.isReady())) {
    if (warning) return [{ check: name, status: 'failed', ...warning }]
    const { code, values, mend } = finding(name, 'failed', 'not_ready', { check: name })
    return [{ check: name, status: 'failed', code, values, detail: `Not ready: ${mend}` }]
  }
  return warning === undefined ? [] : [{ check: name, status: 'warning', ...warning }]
}

// With what was written and is not in its place yet.
const DATABASE_FILES = ['hub.db', 'hub.db-wal', 'mqtt.db', 'mqtt.db-wal']

function measureDatabases(folder: string): number {
  const sizeOf = (name: string): number => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
  return DATABASE_FILES.reduce((sum, name) => sum + sizeOf(name), 0)
}
