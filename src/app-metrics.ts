import { createMetrics, type Metrics } from './api/metrics/metrics.ts'
import type { createTimings } from './api/metrics/timings.ts'
import type { ReadinessCheck } from './api/ports.ts'
import { readDisk } from './app-diagnosis.ts'
import type { Pki } from './app-pki.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Registry } from './registry/registry.ts'
import { VERSION } from './version.ts'

export interface MetricParts {
  readonly broker: Pick<MqttBroker, 'figures' | 'losses' | 'limitsReached'>
  readonly registry: Pick<Registry, 'refusals'>
  readonly pki: Pick<Pki, 'authority' | 'https' | 'mqtts'>
  readonly readiness: readonly ReadinessCheck[]
  readonly timings: ReturnType<typeof createTimings>
  /** None of a hub in memory. */
  readonly dataDir: string | undefined
}

/** What Prometheus is told, from whoever counts it. */
export function openMetrics({ broker, registry, pki, readiness, timings, dataDir }: MetricParts): Metrics {
  const { authority, https, mqtts } = pki
  const sources = {
    version: VERSION,
    mqtt() {
      const { connectsAccepted: accepted, ...figures } = broker.figures()
      return { ...figures, accepted }
    },
    refusals: registry.refusals.totals,
    dropped: () => broker.losses.totals(),
    limitsReached: () => broker.limitsReached.totals(),
    ownCertificates: () => [
      { kind: 'ca', notAfter: authority.notAfter },
      { kind: 'https', notAfter: https.served.identity.notAfter },
      { kind: 'mqtts', notAfter: mqtts.served.identity.notAfter },
    ],
    expiring: async () => ({}),
    disk: () => (dataDir === undefined ? undefined : readDisk(dataDir)),
    readiness,
  }
  return createMetrics(sources, timings.register)
}
