import { describe, expect, test } from 'vitest'
import { createMetrics, type MetricSources } from '../../../src/api/metrics/metrics.ts'
import { createTimings } from '../../../src/api/metrics/timings.ts'

const SOURCES: MetricSources = {
  version: '1.2.3',
  mqtt: async () => ({
    connected: 2,
    accepted: 7,
    publishesReceived: [1, 2, 3],
    publishesSent: [4, 5, 6],
    sessionsStored: 8,
    subscriptions: 9,
    retainedMessages: 10,
    queuedMessages: 11,
    queuedBytes: 12,
  }),
  refusals: () => [
    { surface: 'mqtts', cause: 'certificate_revoked', count: 3 },
    { surface: 'mqtts', cause: 'publish_denied', count: 8 },
    { surface: 'https', cause: 'token_invalid', count: 4 },
  ],
  compromiseFindings: () => [{ sign: 'key_reuse', action: 'revoked', count: 7 }],
  dropped: () => ({ backlog: 5 }),
  limitsReached: () => ({ store_bytes: 6 }),
  ownCertificates: () => [{ kind: 'ca', notAfter: new Date('2036-01-01T00:00:00Z') }],
  expiring: async () => ({ '7d': 2 }),
  lastBackup: () => new Date('2026-01-01T00:00:00Z'),
  disk: () => ({ free: 100, total: 200 }),
  readiness: [
    { name: 'database', isReady: () => true },
    { name: 'file_handles', isReady: async () => false },
  ],
  webhooks: () => ({ pending: 13, dead: 14, dropped: 15 }),
}

describe('the metrics', () => {
  test('show what the hub counts', async () => {
    const lines = await render(SOURCES)
    expect(lines).toEqual(
      expect.arrayContaining([
        'signet_build_info{version="1.2.3"} 1',
        'signet_mqtt_connections 2',
        'signet_mqtt_connects_total{result="accepted",reason=""} 7',
        'signet_mqtt_connects_total{result="refused",reason="certificate_revoked"} 3',
        'signet_mqtt_messages_total{direction="received",qos="0"} 1',
        'signet_mqtt_messages_total{direction="sent",qos="2"} 6',
        'signet_mqtt_dropped_total{reason="backlog"} 5',
        'signet_limits_reached_total{limit="store_bytes"} 6',
        'signet_refusals_total{surface="mqtts",cause="publish_denied"} 8',
        'signet_refusals_total{surface="https",cause="token_invalid"} 4',
        'signet_compromise_findings_total{sign="key_reuse",action="revoked"} 7',
        'signet_sessions 8',
        'signet_subscriptions 9',
        'signet_retained_messages 10',
        'signet_queue_messages 11',
        'signet_queue_bytes 12',
        'signet_certificate_expiry_timestamp_seconds{kind="ca"} 2082758400',
        'signet_certificates_expiring{within="7d"} 2',
        'signet_backup_timestamp_seconds 1767225600',
        'signet_ready{check="database"} 1',
        'signet_ready{check="file_handles"} 0',
        'signet_webhook_deliveries{state="pending"} 13',
        'signet_webhook_deliveries{state="dead"} 14',
        'signet_webhook_dropped_total 15',
        'signet_disk_free_bytes 100',
        'signet_disk_size_bytes 200',
      ]),
    )
    expect(lines.filter((line) => line.includes('token_invalid'))).toHaveLength(1)
    // It was let in.
    expect(lines.filter((line) => line.includes('publish_denied'))).toHaveLength(1)
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
      expect(lines.some((line) => line.startsWith(`${name} `))).toBe(true)
  })

  test('are what is counted now, not what was added at each look', async () => {
    const metrics = createMetrics(SOURCES, createTimings().register)
    expect((await metrics.render()).match(/^signet_mqtt_dropped_total.*/gm)).toEqual([
      'signet_mqtt_dropped_total{reason="backlog"} 5',
    ])
    expect((await metrics.render()).match(/^signet_mqtt_dropped_total.*/gm)).toEqual([
      'signet_mqtt_dropped_total{reason="backlog"} 5',
    ])
  })

  test('of MQTT are of one moment in each scrape, and read anew for the next', async () => {
    let reads = 0
    const mqtt = async () => ({ ...(await SOURCES.mqtt()), connected: ++reads, subscriptions: reads })
    const metrics = createMetrics({ ...SOURCES, mqtt }, createTimings().register)
    const read = async () => (await metrics.render()).match(/^signet_(?:mqtt_connections|subscriptions) .*/gm)
    expect(await read()).toEqual(['signet_mqtt_connections 1', 'signet_subscriptions 1'])
    expect(await read()).toEqual(['signet_mqtt_connections 2', 'signet_subscriptions 2'])
  })

  test('say nothing of a disk and a backup that there are not', async () => {
    const lines = await render({ ...SOURCES, disk: () => undefined, lastBackup: () => undefined })
    for (const name of ['signet_disk_free_bytes', 'signet_backup_timestamp_seconds'])
      expect(lines.some((line) => line.startsWith(`${name} `))).toBe(false)
  })

  test('have how long things took', async () => {
    const timings = createTimings()
    timings.handshake(0.004)
    timings.commit(0.0002)
    timings.revocationEffect(0.003)
    timings.httpRequest({ method: 'GET', route: '/livez', status: 200, seconds: 0.002 })
    const lines = (await createMetrics(SOURCES, timings.register).render()).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'signet_tls_handshake_seconds_bucket{le="0.005"} 1',
        'signet_tls_handshake_seconds_sum 0.004',
        'signet_commit_seconds_count 1',
        'signet_revocation_effect_seconds_count 1',
        'signet_http_request_duration_seconds_count{method="GET",route="/livez",status="200"} 1',
      ]),
    )
  })
})

async function render(sources: MetricSources): Promise<readonly string[]> {
  return (await createMetrics(sources, createTimings().register).render()).split('\n')
}
