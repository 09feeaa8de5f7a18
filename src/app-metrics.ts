import { dirname } from 'node:path'
import { createMetrics, type Metrics } from './api/metrics/metrics.ts'
import type { createTimings } from './api/metrics/timings.ts'
import type { ReadinessCheck } from './api/ports.ts'
import type { ScheduledBackups } from './app-backup-schedule.ts'
import { readDisk } from './app-diagnosis.ts'
import type { FleetCare } from './app-fleet.ts'
import type { Pki } from './app-pki.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Webhooks } from './events/webhooks/webhooks.ts'
import type { EventFeed } from './events.ts'
import { countFindings } from './registry/compromise/finding-counts.ts'
import type { Registry } from './registry/registry.ts'
import { VERSION } from './version.ts'

export interface MetricParts {
  readonly broker: Pick<MqttBroker, 'figures' | 'losses' | 'limitsReached'>
  readonly registry: Pick<Registry, 'refusals'>
  readonly events: EventFeed
  readonly pki: Pick<Pki, 'authority' | 'https' | 'mqtts'>
  readonly readiness: readonly ReadinessCheck[]
  readonly timings: ReturnType<typeof createTimings>
  readonly fleet: Pick<FleetCare, 'expiry'>
  readonly scheduled: Pick<ScheduledBackups, 'lastAt'>
  readonly webhooks: Pick<Webhooks, 'figures'>
  /** None of a hub in memory. */
  readonly files: { readonly mqttDatabase: string } | undefined
}

/** What Prometheus is told, from whoever counts it. */
export function openMetrics({
  broker,
  registry,
  events,
  pki,
  fleet,
  scheduled,
  readiness,
  timings,
  webhooks,
  files,
}: MetricParts): Metrics {
  const { https, mqtts } = pki
  const sources = {
    version: VERSION,
    async mqtt() {
      const { connectsAccepted: accepted, ...figures } = await broker.figures()
      return { ...figures, accepted }
    },
    refusals: registry.refusals.totals,
    compromiseFindings: countFindings(events),
    dropped: () => broker.losses.totals(),
    limitsReached: () => broker.limitsReached.totals(),
    ownCertificates: () => [
      { kind: 'ca', notAfter: pki.authority.notAfter },
      { kind: 'https', notAfter: https.served.identity.notAfter },
      { kind: 'mqtts', notAfter: mqtts.served.identity.notAfter },
    ],
    expiring: () => countEnding(fleet.expiry),
    lastBackup: () => scheduled.lastAt,
    disk: () => (files === undefined ? undefined : readDisk(dirname(files.mqttDatabase))),
    readiness,
    webhooks: () => webhooks.figures(),
  }
  return createMetrics(sources, timings.register)
}

/** Of all kinds together, each certificate once. */
async function countEnding(expiry: FleetCare['expiry']): Promise<Readonly<Record<string, number>>> {
  const counts = await expiry.count()
  const sumOf = (name: 'within1Day' | 'within7Days' | 'within30Days' | 'within90Days'): number =>
    counts.reduce((sum, count) => sum + count[name], 0)
  return {
    '1d': sumOf('within1Day'),
    '7d': sumOf('within7Days'),
    '30d': sumOf('within30Days'),
    '90d': sumOf('within90Days'),
  }
}
