import { describe, expect, test } from 'vitest'
import { acceptValue, createConfig, readValue, SETTINGS } from '../src/config.ts'
import { ConfigurationError } from '../src/config-error.ts'
import { LOG_LEVELS } from '../src/logger.ts'

test.each([
  ['1s', 1],
  ['1d', 86_400],
  // A timer of more than 24.8 days fires at once.
  ['30d', undefined],
  [0, undefined],
])('mqtt.sys_interval: %s is read as %s seconds', (value, accepted) => {
  expect(acceptValue('mqtt.sys_interval', value)).toEqual(accepted === undefined ? undefined : { accepted })
})

test('without any setting a configuration has every default of the product document', () => {
  expect(createConfig()).toEqual({
    api: { host: '::', port: 3000, loopback_http: true, allowed_origins: [], allow: [] },
    auth: { open_on_loopback: false },
    listen: {},
    mqtt: {
      host: '::',
      port: 8883,
      inflight: 32,
      sys_interval: 10,
      durability: 'process',
      allowed_origins: [],
      ssl: {},
      plain: { port: 1883, allow: [] },
    },
    certs_dir: './certs',
    data_dir: './data',
    ssl: { enabled: true },
    tls: { server_names: [], session_resumption: false },
    audit: { keep: 365 * 86_400 },
    ca: { hierarchy: 'single', unknown: 'deny', unknown_owner: 'default', renew_after_expiry: 0, hsm: {} },
    profiles: {},
    backup: { folder: './backups', keep: 7 },
    compromise: {
      two_addresses: 'tell',
      key_reuse: 'tell',
      refusal_burst: 'tell',
      window: 600,
      returns: 3,
      refusals: 20,
      refusals_window: 60,
      ipv4_prefix: 24,
      ipv6_prefix: 48,
      acts_per_hour: 10,
      ignore: [],
    },
    events: { keep: 7 * 86_400, keep_count: 100_000 },
    webhooks: { allow: [], allow_private: false, attempts: 12, queue: 1000, timeout: 10 },
    emqx: { allow_cn_only: false },
    pki: {},
    server: { reverse_proxy: [], proxy_protocol_from: [] },
    limits: {
      connect_bytes: 16_384,
      packet_bytes: 1_048_576,
      handshake_seconds: 10,
      connect_seconds: 10,
      connections: 20_000,
      connections_per_address: 0,
      half_open: 2_000,
      half_open_per_address: 100,
      new_connections_per_address_per_second: 200,
      topic_levels: 32,
      subscriptions: 100,
      queue_messages: 100_000,
      queue_bytes: 67_108_864,
      queue_age: 604_800,
      retained_messages: 100_000,
      retained_bytes: 268_435_456,
      session_expiry: 604_800,
      store_bytes: 4_294_967_296,
      messages_per_second: 0,
      bytes_per_second: 0,
      flapping_connects: 15,
      flapping_window: 60,
      flapping_ban: 300,
    },
    log: { level: 'info', format: 'auto' },
  })
})

test('a configuration is frozen, its groups and lists too', () => {
  const config = createConfig({ tls: { server_names: ['hub'] } })
  for (const part of [config, config.api, config.limits, config.tls, config.tls.server_names]) {
    expect(Object.isFrozen(part)).toBe(true)
  }
})

test('a configuration made in code is refused with every key that is wrong', () => {
  const wrong = JSON.parse('{"api": {"port": 70000}, "mqtt": {"prot": 1}}')
  expect(() => createConfig(wrong)).toThrow(ConfigurationError)
  expect(() => createConfig(wrong)).toThrow(/^api\.port: .*\nmqtt: .*prot/)
})

test('every setting is described in one sentence, and no two share a variable or a flag', () => {
  for (const { description } of SETTINGS) expect(description).toMatch(/^[A-Z][^.!]*\.$/)
  for (const name of ['key', 'variable', 'flag'] as const) {
    expect(new Set(SETTINGS.map((setting) => setting[name])).size).toBe(SETTINGS.length)
  }
})

test('the variables of the reference are aliases', () => {
  const aliases = SETTINGS.flatMap(({ key, alias }) => (alias === undefined ? [] : [[key, alias]]))
  expect(aliases).toEqual([
    ['mqtt.port', 'MQTT_SECURE_PORT'],
    ['certs_dir', 'CERTS_DIR'],
  ])
})

describe('each setting takes what its rule says', () => {
  for (const { key, value, accepted = value } of [
    { key: 'api.host', value: '127.0.0.1' },
    { key: 'api.port', value: 0 },
    { key: 'mqtt.port', value: 65_535 },
    { key: 'public_host', value: 'hub.example.com' },
    { key: 'tls.server_names', value: ['*.example.com', '10.0.0.1'] },
    { key: 'ca.key_algorithm', value: 'ed25519' },
    { key: 'limits.connect_bytes', value: '32KiB', accepted: 32_768 },
    { key: 'limits.packet_bytes', value: 1000 },
    { key: 'limits.connections_per_address', value: 0 },
    ...LOG_LEVELS.map((value) => ({ key: 'log.level', value })),
    { key: 'log.format', value: 'json' },
  ]) {
    test(`ok/${key} ${JSON.stringify(value)}`, () => expect(acceptValue(key, value)).toEqual({ accepted }))
  }

  for (const { key, value } of [
    { key: 'api.host', value: '' },
    { key: 'api.port', value: -1 },
    { key: 'api.port', value: 65_536 },
    { key: 'api.port', value: '3000' },
    { key: 'api.port', value: 3000.5 },
    { key: 'api.port', value: null },
    { key: 'api.loopback_http', value: 'true' },
    { key: 'certs_dir', value: '' },
    { key: 'public_host', value: 'https://hub.example.com' },
    { key: 'public_host', value: 'hub.example.com:3000' },
    { key: 'tls.server_names', value: 'hub' },
    { key: 'tls.server_names', value: ['a b'] },
    { key: 'ca.key_algorithm', value: 'rsa-1024' },
    { key: 'limits.connect_bytes', value: '16kB' },
    { key: 'limits.connect_bytes', value: 63 },
    { key: 'limits.packet_bytes', value: '1GiB' },
    { key: 'limits.connections', value: 0 },
    { key: 'log.level', value: 'verbose' },
    { key: 'no.such', value: 1 },
    { key: '__proto__', value: {} },
  ]) {
    test(`refused/${key} ${JSON.stringify(value)}`, () => expect(acceptValue(key, value)).toBeUndefined())
  }
})

test('a value is read by its key, and a name of the prototype is no key', () => {
  const config = createConfig({ api: { port: 1 } })
  expect(readValue(config, 'api.port')).toBe(1)
  for (const key of ['public_host', 'api.constructor', '__proto__', 'api.port.toFixed']) {
    expect(readValue(config, key)).toBeUndefined()
  }
})
