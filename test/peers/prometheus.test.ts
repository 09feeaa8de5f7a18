import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const ALERTS = 'docs/prometheus/signet-alerts.yml'
const ALERT_TRIALS = 'test/peers/signet-alerts.yml'
const DASHBOARD = 'docs/prometheus/signet-dashboard.json'
const OWN = 'users/default/devices/device-001'

describe('Prometheus', () => {
  test('takes every metric as it is: promtool has nothing to say', async ({ skip }) => {
    needPrograms({ skip }, 'promtool')
    await using hub = await startTestHub()
    await stir(hub)
    const { text, headers } = await hub.api('GET', '/metrics')
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    expect([status, stdout, stderr]).toEqual([0, '', ''])
  })

  test('takes the rules of alerts', ({ skip }) => {
    needPrograms({ skip }, 'promtool')
    const { status, stdout } = spawnSync('promtool', ['check', 'rules', ALERTS], { encoding: 'utf8' })
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/)
    expect(status).toBe(0)
  })

  test('rings when it should, and then alone', ({ skip }) => {
    needPrograms({ skip }, 'promtool')
    const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', ALERT_TRIALS], { encoding: 'utf8' })
    expect(stdout.trim()).toMatch(/SUCCESS$/)
    expect(stderr).toBe('')
    const [rules, trials] = [ALERTS, ALERT_TRIALS].map((file) => readFileSync(file, 'utf8'))
    for (const [, name] of rules?.matchAll(/- alert: (\w+)/g) ?? []) expect(trials).toContain(`alertname: ${name}\n`)
  })

  test('finds in a hub every metric that the rules and the dashboard ask for', async () => {
    await using hub = await startTestHub()
    await stir(hub)
    const { text } = await hub.api('GET', '/metrics')
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
    const asked = [ALERTS, DASHBOARD].flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(/\b(signet|nodejs|process)_[a-z0-9_]+/g),
    ])
    const names = new Set(asked.map(([name]) => name.replace(/_(bucket|sum|count)$/, '')))
    expect(names.size).toBeGreaterThan(10)
    for (const name of names) expect(known, name).toContain(name)
  })

  test('has counted what happened, and names no device', async () => {
    await using hub = await startTestHub()
    await stir(hub)
    const { text } = await hub.api('GET', '/metrics')
    for (const line of [
      'signet_mqtt_connections 1',
      'signet_mqtt_connects_total{result="accepted",reason=""} 1',
      'signet_mqtt_connects_total{result="refused",reason="certificate_revoked"} 1',
      'signet_refusals_total{surface="mqtts",cause="certificate_revoked"} 1',
      'signet_mqtt_messages_total{direction="received",qos="1"} 1',
      'signet_mqtt_messages_total{direction="sent",qos="1"} 1',
      'signet_ready{check="database"} 1',
    ])
      expect(text.split('\n')).toContain(line)
    const countOf = (name: string): number =>
      Number(new RegExp(`^${name}_count(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(text)?.[1])
    for (const name of ['signet_tls_handshake_seconds', 'signet_commit_seconds', 'signet_revocation_effect_seconds'])
      expect(countOf(name), name).toBeGreaterThan(0)
    expect(text).not.toMatch(/device-00/)
  })
})

/** A message is published and delivered, and a device is revoked and comes again. */
async function stir(hub: TestHub): Promise<void> {
  const device = await hub.connect(await hub.enrol('device-001'), { clientId: 'device-001' })
  await device.subscribeAsync(`${OWN}/#`, { qos: 1 })
  const delivered = new Promise((resolve) => device.once('message', resolve))
  await device.publishAsync(`${OWN}/a`, 'x', { qos: 1 })
  await delivered
  const revoked = await hub.enrol('device-002')
  await hub.api('DELETE', '/api/devices/certificates/device-002')
  await hub.connect(revoked).catch(() => undefined)
}
