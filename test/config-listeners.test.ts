import { describe, expect, test } from 'vitest'
import { type ConfigInput, createConfig } from '../src/config.ts'
import { apiAuth, mqttAuthMode } from '../src/config-auth.ts'
import { findFaults, planListeners } from '../src/config-listeners.ts'

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
    {
      name: 'the API and its redirects',
      settings: { api: { port: 80, redirect_port: 80 } },
      keys: ['api', 'api.redirect'],
    },
    {
      name: 'MQTT without TLS and redirects',
      settings: { api: { redirect_port: 1883 }, mqtt: { plain: { host: '127.0.0.1' } } },
      keys: ['mqtt.plain', 'api.redirect'],
    },
  ]) {
    test(`refused/one port: ${name}`, () => {
      const [fault = '', ...others] = faultsOf(settings)
      for (const key of keys) expect(fault).toMatch(new RegExp(`${key}[._]port \\(default\\)`))
      expect(others).toEqual([])
    })
  }

  test('ok/one port of two addresses', () => {
    expect(faultsOf({ api: { host: '127.0.0.1' }, mqtt: { host: '127.0.0.2', port: 3000 } })).toEqual([])
  })

  test('refused/one port: everything and redirects', () => {
    expect(faultsOf({ listen: { single: '[::1]:443' }, api: { redirect_port: 443 } })).toEqual([
      'listen.single (default) and api.redirect_port (default) are both 443: each listener needs a port of its own',
    ])
  })

  test('ok/one port for everything takes the place of both', () => {
    expect(faultsOf({ listen: { single: 3000 }, mqtt: { port: 3000 } })).toEqual([])
    const { mqtt, api, redirect } = planListeners(
      createConfig({ listen: { single: '127.0.0.1:443' }, api: { redirect_port: 80 } }),
    )
    expect(mqtt).toBe(api)
    expect(api).toEqual({
      host: '127.0.0.1',
      port: 443,
      settings: { host: 'listen.single', port: 'listen.single' },
    })
    expect(redirect).toMatchObject({ host: '127.0.0.1', port: 80 })
  })

  test('ok/any free port for both', () => expect(faultsOf({ api: { port: 0 }, mqtt: { port: 0 } })).toEqual([]))
})

test('a folder for ACME that nobody could reach is a fault', () => {
  expect(faultsOf({ api: { acme_folder: '/var/www' } })).toEqual([
    'api.acme_folder (default) is served on api.redirect_port alone: set it too, to 80',
  ])
  expect(faultsOf({ api: { acme_folder: '/var/www', redirect_port: 80 } })).toEqual([])
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
        `auth.open_on_loopback (default) lets everybody who reaches the API administer the hub, and api.host (default) is ${host}, which others reach: bind it to 127.0.0.1`,
      ])
    })
  }

  test('refused/on the one port for all, whatever api.host says', () => {
    const settings = { ...open('127.0.0.1'), listen: { single: 443 } }
    expect(faultsOf(settings)).toEqual([expect.stringMatching(/listen\.single \(default\) is ::/)])
    expect(apiAuth(createConfig(settings)).openOnLoopback).toBe(false)
    expect(faultsOf({ ...settings, listen: { single: '127.0.0.1:443' } })).toEqual([])
  })

  test('is not judged by an address that was refused', () => {
    const refused = new Set(['api.host'])
    expect(findFaults(createConfig(open('::')), { refused, origins: new Map() })).toEqual([])
  })
})

describe('one port for all with a certificate for HTTPS', () => {
  const ssl = { cert_file: '/etc/hub/cert.pem', key_file: '/etc/hub/key.pem' }
  const listen = { single: 443 }

  test('refused/that MQTT would not show: nobody would see it', () => {
    expect(faultsOf({ listen, ssl })).toEqual([
      expect.stringMatching(/^ssl\.cert_file \(default\) would be shown to nobody/),
    ])
  })

  test('ok/that MQTT shows as well', () => expect(faultsOf({ listen, ssl, mqtt: { ssl } })).toEqual([]))
  test('ok/on ports of their own', () => expect(faultsOf({ ssl })).toEqual([]))
})

function faultsOf(settings: ConfigInput): readonly string[] {
  return findFaults(createConfig(settings), { refused: new Set(), origins: new Map() })
}
