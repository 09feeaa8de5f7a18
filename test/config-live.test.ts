import { describe, expect, test } from 'vitest'
import { type ConfigInput, createConfig, readValue, SETTINGS } from '../src/config.ts'
import { brokerLimits, connectionLimits } from '../src/config-limits.ts'
import { LiveConfig } from '../src/config-live.ts'

describe('the configuration in force', () => {
  test('is the one it was made from, setting by setting', () => {
    const config = createConfig({ public_host: 'hub.example.com', mqtt: { plain: { host: '127.0.0.1' } } })
    const { settings } = new LiveConfig(config)
    for (const { key } of SETTINGS) expect(readValue(settings, key), key).toEqual(readValue(config, key))
  })

  test('takes what can be live from the next one, tells it apart from what cannot, and says the same again', () => {
    const live = new LiveConfig(createConfig())
    const { settings } = live
    const next = createConfig({
      api: { port: 4000, loopback_http: false },
      mqtt: { allowed_origins: ['https://app.example.com'] },
      log: { level: 'debug' },
    })
    expect(live.replace(next)).toEqual({
      applied: ['api.loopback_http', 'mqtt.allowed_origins', 'log.level'],
      needsRestart: ['api.port'],
    })
    expect(settings).toMatchObject({ api: { port: 3000, loopback_http: false }, log: { level: 'debug' } })
    expect(settings.mqtt.allowed_origins).toEqual(['https://app.example.com'])
    expect(live.replace(next)).toEqual({ applied: [], needsRestart: ['api.port'] })
  })

  test('shows beforehand what would be in force: the new value of what can be live, the old one of the rest', () => {
    const live = new LiveConfig(createConfig())
    const next = createConfig({ api: { host: '127.0.0.1', auth: 'https_only' }, auth: { open_on_loopback: true } })
    const preview = live.preview(next)
    expect(preview).toMatchObject({ api: { host: '::', auth: 'https_only' }, auth: { open_on_loopback: true } })
    expect(live.settings.api.auth).toBeUndefined()
    live.replace(next)
    for (const { key } of SETTINGS) expect(readValue(preview, key), key).toEqual(readValue(live.settings, key))
  })

  test('finds no change in the same lists, and none in what is absent twice', () => {
    const input: ConfigInput = { tls: { server_names: ['a.example.com'] } }
    expect(new LiveConfig(createConfig(input)).replace(createConfig(input))).toEqual({ applied: [], needsRestart: [] })
  })

  // Those who are bounded hold the limits, and read them when they need them.
  test('moves every limit that it says it has applied', () => {
    const live = new LiveConfig(createConfig())
    const held = { ...withGetters(brokerLimits(live.settings)), ...withGetters(connectionLimits(live.settings)) }
    const before = readAll(held)
    const larger = SETTINGS.filter(({ key, kind }) => key.startsWith('limits.') && kind !== 'text').map(({ key }) => [
      key.slice('limits.'.length),
      Math.min(Number(readValue(live.settings, key)) + 1, 1_000_000_000),
    ])
    const { applied } = live.replace(createConfig({ limits: Object.fromEntries(larger) }))
    const after = readAll(held)
    const moved = Object.keys(held).filter((name) => after[name] !== before[name])
    expect(moved.length).toBe(applied.length)
    expect(applied).toContain('limits.queue_messages')
  })
})

function withGetters(limits: object): Readonly<Record<string, () => unknown>> {
  return Object.fromEntries(Object.keys(limits).map((name) => [name, () => Reflect.get(limits, name)]))
}

function readAll(held: Readonly<Record<string, () => unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(held).map(([name, read]) => [name, read()]))
}
