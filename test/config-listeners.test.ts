import { describe, expect, test } from 'vitest'
import { type ConfigInput, createConfig } from '../src/config.ts'
import { apiAuth, mqttAuthMode } from '../src/config-auth.ts'
import { findFaults } from '../src/config-listeners.ts'

const ANYWHERE = { host: '0.0.0.0', port: 1883 }

describe('MQTT without TLS', () => {
  for (const { name, plain } of [
    { name: 'off', plain: {} },
    { name: 'on loopback', plain: { host: '127.0.0.1' } },
    { name: 'on loopback by name', plain: { host: 'localhost' } },
    { name: 'on loopback of IPv6', plain: { host: '::1' } },
    { name: 'for a network that is named', plain: { ...ANYWHERE, allow: ['192.168.1.0/24'] } },
  ]) {
    test(`ok/${name}`, () => expect(faultsOf({ mqtt: { plain } })).toEqual([]))
  }

  for (const host of ['0.0.0.0', '::', '192.168.1.1', 'hub.example.com', '128.0.0.1']) {
    test(`refused/${host} without a network that is named`, () => {
      expect(faultsOf({ mqtt: { plain: { host } } })).toEqual([
        `mqtt.plain.host (default) is ${host}, where everybody could listen: name the networks of the devices in mqtt.plain.allow, such as ["192.168.1.0/24"]`,
      ])
    })
  }
})

describe('two listeners', () => {
  for (const { name, settings, keys } of [
    {
      name: 'MQTT with and without TLS',
      settings: { mqtt: { plain: { host: '127.0.0.1', port: 8883 } } },
      keys: ['mqtt', 'mqtt.plain'],
    },
    {
      name: 'the API and MQTT without TLS',
      settings: { mqtt: { plain: { host: '127.0.0.1', port: 3000 } } },
      keys: ['api', 'mqtt.plain'],
    },
    { name: 'the API and MQTT', settings: { mqtt: { port: 3000 } }, keys: ['api', 'mqtt'] },
  ]) {
    test(`refused/one port: ${name}`, () => {
      const [fault = '', ...others] = faultsOf(settings)
      for (const key of keys) expect(fault).toContain(`${key}.port (default)`)
      expect(others).toEqual([])
    })
  }

  test('ok/one port of two addresses', () => {
    expect(faultsOf({ api: { host: '127.0.0.1' }, mqtt: { host: '127.0.0.2', port: 3000 } })).toEqual([])
  })

  test('ok/any free port for both', () => expect(faultsOf({ api: { port: 0 }, mqtt: { port: 0 } })).toEqual([]))
})

test('nothing more is said of a setting that was refused', () => {
  const config = createConfig({ mqtt: { port: 3000, plain: ANYWHERE } })
  const refused = new Set(['mqtt.port', 'mqtt.plain.allow'])
  expect(findFaults(config, { refused, origins: new Map() })).toEqual([])
})

describe('what MQTT clients must show', () => {
  for (const { settings, expected } of [
    { settings: {}, expected: 'mtls' },
    { settings: { auth: { mode: 'token' } }, expected: 'token' },
    { settings: { mqtt: { auth: 'mtls_or_token' } }, expected: 'mtls_or_token' },
    { settings: { auth: { mode: 'token' }, mqtt: { auth: 'mtls' } }, expected: 'mtls' },
  ] satisfies readonly { settings: ConfigInput; expected: string }[]) {
    test(`${JSON.stringify(settings)}: ${expected}`, () => expect(mqttAuthMode(createConfig(settings))).toBe(expected))
  }
})

describe('what callers of the API must show', () => {
  for (const { settings, mode, openOnLoopback = false } of [
    { settings: {}, mode: 'token' },
    { settings: { auth: { mode: 'mtls' } }, mode: 'mtls' },
    { settings: { api: { auth: 'mtls_and_token' } }, mode: 'mtls_and_token' },
    { settings: { auth: { mode: 'token' }, api: { auth: 'https_only' } }, mode: 'https_only' },
    {
      settings: { auth: { open_on_loopback: true }, api: { auth: 'https_only', host: '::1' } },
      mode: 'https_only',
      openOnLoopback: true,
    },
    { settings: { auth: { open_on_loopback: true }, api: { auth: 'https_only' } }, mode: 'https_only' },
  ] satisfies readonly { settings: ConfigInput; mode: string; openOnLoopback?: boolean }[]) {
    test(`${JSON.stringify(settings)}: ${mode}${openOnLoopback ? ', open' : ''}`, () => {
      expect(apiAuth(createConfig(settings))).toEqual({ mode, openOnLoopback })
    })
  }
})

describe('an API that is open to everybody', () => {
  const open = (host: string): ConfigInput => ({ auth: { open_on_loopback: true }, api: { auth: 'https_only', host } })

  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
    test(`ok/on ${host}`, () => expect(faultsOf(open(host))).toEqual([]))
  }

  for (const host of ['::', '0.0.0.0', '192.168.1.1', 'hub.example.com']) {
    test(`refused/on ${host}`, () => {
      expect(faultsOf(open(host))).toEqual([
        `auth.open_on_loopback (default) lets everybody who reaches the API administer the hub, and api.host (default) is ${host}, which others reach: set api.host to 127.0.0.1`,
      ])
    })
  }

  test('is not judged by an address that was refused', () => {
    const refused = new Set(['api.host'])
    expect(findFaults(createConfig(open('::')), { refused, origins: new Map() })).toEqual([])
  })
})

function faultsOf(settings: ConfigInput): readonly string[] {
  return findFaults(createConfig(settings), { refused: new Set(), origins: new Map() })
}
