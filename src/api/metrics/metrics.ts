import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { RefusalCause } from '../../refusal.ts'
import type { ReadinessCheck } from '../ports.ts'

/** What the hub counts, asked at each scrape. */
export interface MetricSources {
  readonly version: string
  mqtt(): Promise<MqttFigures>
  /** Since the start. */
  refusals(): readonly { readonly surface: string; readonly cause: string; readonly count: number }[]
  /** Keys that may be in two hands, by what was seen and what was done about it, since the start. */
  compromiseFindings(): readonly { readonly sign: string; readonly action: string; readonly count: number }[]
  /** Messages that a limit or a policy kept from somebody, by reason, since the start. */
  dropped(): Readonly<Record<string, number>>
  /** How often limits were reached that refuse nobody a connection, since the start. */
  limitsReached(): Readonly<Record<string, number>>
  /** Of the CA and of what the listeners show. */
  ownCertificates(): readonly { readonly kind: string; readonly notAfter: Date }[]
  /** Living ones, by how soon they end; each is counted once. */
  expiring(): Promise<Readonly<Record<string, number>>>
  /** Made by the schedule; none: none was made since one is asked for. */
  lastBackup(): Date | undefined
  /** Of the folder of the data; none of a hub in memory. */
  disk(): { readonly free: number; readonly total: number } | undefined
  readonly readiness: readonly ReadinessCheck[]
  /** Deliveries of all webhooks: those that wait, those given up, those that had no room since the start. */
  webhooks(): { readonly pending: number; readonly dead: number; readonly dropped: number }
}

export interface MqttFigures {
  readonly connected: number
  /** Accepted CONNECTs since the start. */
  readonly accepted: number
  readonly publishesReceived: readonly number[]
  readonly publishesSent: readonly number[]
  readonly sessionsStored: number
  readonly subscriptions: number
  readonly retainedMessages: number
  readonly queuedMessages: number
  readonly queuedBytes: number
}

export interface Metrics {
  readonly contentType: string
  /** In Prometheus' text format. */
  render(): Promise<string>
}

const MQTT_SURFACES: ReadonlySet<string> = new Set(['mqtt', 'mqtts', 'wss'])

/** What is refused to clients that were let in: messages, filters, wills and renewals. */
const IN_SESSION: ReadonlySet<string> = new Set<RefusalCause>([
  'csr_invalid',
  'key_compromised',
  'key_in_use',
  'key_not_allowed',
  'packet_invalid',
  'packet_too_large',
  'profile_violation',
  'publish_denied',
  'renewal_for_another',
  'renewal_too_early',
  'request_name_wrong',
  'store_full',
  'subscribe_denied',
  'subscriptions_over_limit',
  'will_denied',
])

/** Every metric of the hub; no label of them grows with the devices. */
export function createMetrics(sources: MetricSources, timings: Registry): Metrics {
  let figures: Promise<MqttFigures> | undefined
  // Many metrics are of them: in one scrape all show the same moment.
  const ofScrape = { ...sources, mqtt: () => (figures ??= sources.mqtt()) }
  const counters = createCounters(ofScrape)
  const gauges = createGauges(ofScrape)
  let ofProcess: Registry | undefined
  return {
    contentType: counters.contentType,
    async render() {
      figures = undefined
      // Watching the garbage collector and the event loop costs something: for whoever looks.
      ofProcess ??= watchProcess()
      return `${await Registry.merge([counters, gauges, timings, ofProcess]).metrics()}`
    },
  }
}

// Gauges that are named as counters, which Prometheus' own linter refuses; their sums by type stay.
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

function watchProcess(): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  for (const name of MISNAMED) register.removeSingleMetric(name)
  return register
}

function createCounters(sources: MetricSources): Registry {
  const { mqtt, refusals, compromiseFindings, dropped, limitsReached, webhooks } = sources
  const register = new Registry()
  const create = (name: string, help: string, labelNames: string[], read: Read): void => {
    new Counter({
      name,
      help,
      labelNames,
      registers: [register],
      // The hub counts by itself: what is shown is what it has counted.
      async collect() {
        const samples = await read()
        this.reset()
        for (const { labels, value } of samples) this.inc(labels, value)
      },
    })
  }
  create('signet_mqtt_connects_total', 'CONNECT packets and what became of them', ['result', 'reason'], async () => [
    { labels: { result: 'accepted', reason: '' }, value: (await mqtt()).accepted },
    ...refusals()
      .filter(({ surface, cause }) => MQTT_SURFACES.has(surface) && !IN_SESSION.has(cause))
      .map(({ cause, count }) => ({ labels: { result: 'refused', reason: cause }, value: count })),
  ])
  create('signet_mqtt_messages_total', 'Messages that were taken and delivered', ['direction', 'qos'], async () => {
    const { publishesReceived, publishesSent } = await mqtt()
    return [...byQoS('received', publishesReceived), ...byQoS('sent', publishesSent)]
  })
  create('signet_webhook_dropped_total', 'Deliveries of webhooks that had no room', [], () => [
    { labels: {}, value: webhooks().dropped },
  ])
  create('signet_mqtt_dropped_total', 'Messages that did not reach somebody they matched', ['reason'], () =>
    samplesOf('reason', dropped()),
  )
  create('signet_limits_reached_total', 'How often limits were reached that refuse no connection', ['limit'], () =>
    samplesOf('limit', limitsReached()),
  )
  create('signet_refusals_total', 'Whoever was refused', ['surface', 'cause'], () =>
    refusals().map(({ surface, cause, count }) => ({ labels: { surface, cause }, value: count })),
  )
  create('signet_compromise_findings_total', 'Keys that may be in two hands', ['sign', 'action'], () =>
    compromiseFindings().map(({ sign, action, count }) => ({ labels: { sign, action }, value: count })),
  )
  return register
}

function createGauges(sources: MetricSources): Registry {
  const { version, mqtt, ownCertificates, expiring, lastBackup, disk, readiness, webhooks } = sources
  const register = new Registry()
  const create = (name: string, help: string, labelNames: string[], read: Read): void => {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [register],
      async collect() {
        const samples = await read()
        this.reset()
        // Without labels a gauge begins at 0, which of a time or a size is not true.
        if (samples.length === 0) this.remove()
        for (const { labels, value } of samples) this.set(labels, value)
      },
    })
  }
  const ofMqtt = (name: string, help: string, figure: keyof MqttFigures): void =>
    create(name, help, [], async () => [{ labels: {}, value: Number((await mqtt())[figure]) }])

  create('signet_build_info', 'The version that runs', ['version'], () => [{ labels: { version }, value: 1 }])
  ofMqtt('signet_mqtt_connections', 'Clients whose CONNECT was accepted and who are there', 'connected')
  ofMqtt('signet_sessions', 'Sessions that are kept', 'sessionsStored')
  ofMqtt('signet_subscriptions', 'Subscriptions', 'subscriptions')
  ofMqtt('signet_retained_messages', 'Retained messages', 'retainedMessages')
  ofMqtt('signet_queue_messages', 'Messages that wait for sessions that are kept', 'queuedMessages')
  ofMqtt('signet_queue_bytes', 'Their topics and payloads', 'queuedBytes')
  create('signet_certificate_expiry_timestamp_seconds', 'When what the hub itself shows ends', ['kind'], () =>
    ownCertificates().map(({ kind, notAfter }) => ({ labels: { kind }, value: notAfter.getTime() / 1000 })),
  )
  create('signet_certificates_expiring', 'Living certificates by how soon they end', ['within'], async () =>
    samplesOf('within', await expiring()),
  )
  create('signet_backup_timestamp_seconds', 'When the schedule has made its last backup', [], () => {
    const at = lastBackup()
    return at ? [{ labels: {}, value: at.getTime() / 1000 }] : []
  })
  create('signet_ready', 'The checks of /readyz: 1 is good', ['check'], () =>
    Promise.all(
      readiness.map(async (check) => ({ labels: { check: check.name }, value: Number(await check.isReady()) })),
    ),
  )
  create('signet_webhook_deliveries', 'Deliveries of webhooks that wait, and that were given up', ['state'], () => {
    const { pending, dead } = webhooks()
    return samplesOf('state', { pending, dead })
  })
  const ofDisk = (figure: 'free' | 'total'): readonly Sample[] => {
    const found = disk()
    return found ? [{ labels: {}, value: found[figure] }] : []
  }
  create('signet_disk_free_bytes', 'Free where the data lie', [], () => ofDisk('free'))
  create('signet_disk_size_bytes', 'In all, where the data lie', [], () => ofDisk('total'))
  return register
}

interface Sample {
  readonly labels: Record<string, string>
  readonly value: number
}

type Read = () => readonly Sample[] | Promise<readonly Sample[]>

function byQoS(direction: string, counts: readonly number[]): readonly Sample[] {
  return counts.map((value, qos) => ({ labels: { direction, qos: String(qos) }, value }))
}

function samplesOf(label: string, counts: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }))
}
