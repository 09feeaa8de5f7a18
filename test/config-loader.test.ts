import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../src/config-error.ts'
import { type ConfigRequest, type LoadedConfig, listEffectiveSettings, loadConfig } from '../src/config-loader.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** A machine whose files are these, by path. */
function load({
  files = {},
  ...request
}: Partial<ConfigRequest> & { readonly files?: Record<string, string> }): LoadedConfig {
  const readFile = (path: string): string => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error('missing'), { code: 'ENOENT' })
    return text
  }
  return loadConfig({ cwd: '/home', env: {}, flags: [], readFile, ...request })
}

function faultsOf(request: Parameters<typeof load>[0]): readonly string[] {
  try {
    load(request)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
  return []
}

describe('default < config.yaml < .env < environment < flags', () => {
  const files = { '/home/config.yaml': 'api: { port: 1001 }', '/home/.env': 'SIGNET_API__PORT=1002' }
  const env = { SIGNET_API__PORT: '1003' }
  for (const { name, request, port, layer } of [
    { name: 'nothing', request: {}, port: 3000, layer: 'default' },
    {
      name: 'config.yaml',
      request: { files: { '/home/config.yaml': 'api: { port: 1001 }' } },
      port: 1001,
      layer: 'file',
    },
    { name: '.env over config.yaml', request: { files }, port: 1002, layer: '.env' },
    { name: 'the environment over .env', request: { files, env }, port: 1003, layer: 'environment' },
    { name: 'a flag over all', request: { files, env, flags: ['--api-port', '1004'] }, port: 1004, layer: 'flag' },
    { name: 'the last of two flags', request: { flags: ['--api-port=1', '--api-port=2'] }, port: 2, layer: 'flag' },
  ]) {
    test(name, () => {
      const { config, origins } = load(request)
      expect(config.api.port).toBe(port)
      expect(origins.get('api.port')?.layer).toBe(layer)
    })
  }
})

test('the older names of the reference work, and lose against the setting of their own layer', () => {
  expect(load({ env: { MQTT_SECURE_PORT: '8884', CERTS_DIR: '/pki' } }).config).toMatchObject({
    mqtt: { port: 8884 },
    certs_dir: '/pki',
  })
  const env = { MQTT_SECURE_PORT: '1', SIGNET_MQTT__PORT: '2' }
  expect(load({ env }).config.mqtt.port).toBe(2)
})

test('lists in a variable or flag are JSON', () => {
  const { config } = load({ flags: ['--tls-server-names', '["hub", "10.0.0.1"]'] })
  expect(config.tls.server_names).toEqual(['hub', '10.0.0.1'])
})

describe('relative folders', () => {
  for (const { name, request, expected } of [
    { name: 'of nobody start at the current folder', request: {}, expected: '/home/certs' },
    {
      name: 'in a configuration file start at the file',
      request: { configFile: 'sub/hub.yaml', files: { '/home/sub/hub.yaml': 'certs_dir: pki' } },
      expected: '/home/sub/pki',
    },
    {
      name: 'in a variable start at the current folder',
      request: { env: { CERTS_DIR: 'pki' } },
      expected: '/home/pki',
    },
    {
      name: 'in a flag start at the current folder, file or not',
      request: { configFile: '/etc/hub.yaml', files: { '/etc/hub.yaml': '' }, flags: ['--certs-dir=pki'] },
      expected: '/home/pki',
    },
  ]) {
    test(name, () => expect(load(request).config.certs_dir).toBe(expected))
  }
})

test('all that is wrong is told at once: where, what was expected, what was found, and the nearest name', () => {
  const faults = faultsOf({
    files: { '/home/config.yaml': 'api:\n  prot: 1\nlog: { level: loud }\n', '/home/.env': 'SIGNET_DATADIR=x' },
    env: { SIGNET_MQTT__PORT: '', MQTT_SECURE_PORT: 'abc' },
    flags: ['--limits-half-opn', '3', '--tls-server-names', 'hub'],
  })
  expect(faults).toEqual([
    'config.yaml:2 api.prot: unknown setting; the nearest is api.port',
    '.env SIGNET_DATADIR: unknown variable; the nearest is SIGNET_DATA_DIR',
    '--limits-half-opn: unknown flag; the nearest is --limits-half-open',
    'config.yaml:3 log.level: expected one of fatal, error, warn, info, debug, trace, silent, found "loud"',
    'MQTT_SECURE_PORT: expected a port from 0 to 65535, found "abc"',
    'SIGNET_MQTT__PORT: expected a port from 0 to 65535, found nothing',
    '--tls-server-names: expected a list of DNS names and IP addresses (as JSON in a variable or flag: ["hub.example.com"]), found "hub"',
  ])
})

test('a value that another layer replaces must be right all the same', () => {
  expect(faultsOf({ env: { SIGNET_API__PORT: 'x' }, flags: ['--api-port=1'] })).toHaveLength(1)
})

test('the error carries the code configuration_invalid, and every fault as a line', () => {
  expect(() => load({ flags: ['--a', '--b'] })).toThrow(
    expect.objectContaining({ code: 'configuration_invalid', message: '--a: unknown flag\n--b: unknown flag' }),
  )
})

describe('two listeners need two ports', () => {
  const fault = /^api\.port \(--api-port\) and mqtt\.port \(.*\) are both 8883/
  for (const { name, flags, expected } of [
    { name: 'refused/the same port on every address', flags: ['--api-port=8883'], expected: [fault] },
    {
      name: 'refused/one of them on every address',
      flags: ['--api-port=8883', '--mqtt-host=10.0.0.1'],
      expected: [fault],
    },
    {
      name: 'ok/the same port on two addresses',
      flags: ['--api-port=8883', '--mqtt-host=10.0.0.1', '--api-host=10.0.0.2'],
      expected: [],
    },
    { name: 'ok/a free port each', flags: ['--api-port=0', '--mqtt-port=0'], expected: [] },
    {
      name: 'not judged/a port that is wrong anyway',
      flags: ['--api-port=8883', '--mqtt-port=x'],
      expected: [/^--mqtt-port/],
    },
  ]) {
    test(name, () => expect(faultsOf({ flags })).toEqual(expected.map((pattern) => expect.stringMatching(pattern))))
  }
})

describe('files', () => {
  test('a --config FILE that does not exist is refused, a config.yaml that does not exist is not', () => {
    expect(faultsOf({})).toEqual([])
    expect(faultsOf({ configFile: 'hub.yaml' })).toEqual([
      'hub.yaml: cannot be read: there is no such file (/home/hub.yaml)',
    ])
  })

  test('a config.yaml that was read is named, so that it is missed when it is gone', () => {
    expect(load({}).configFile).toBeUndefined()
    const { configFile } = load({ files: { '/home/config.yaml': '' } })
    expect(faultsOf(configFile === undefined ? {} : { configFile })).toEqual([
      'config.yaml: cannot be read: there is no such file (/home/config.yaml)',
    ])
  })

  test('a file that is there but cannot be read is refused', () => {
    const readFile = (): string => {
      throw Object.assign(new Error('no'), { code: 'EACCES' })
    }
    expect(faultsOf({ readFile })).toEqual([
      'config.yaml: cannot be read: EACCES (/home/config.yaml)',
      '.env: cannot be read: EACCES (/home/.env)',
    ])
  })

  test('real files are read, comments and all', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'config.yaml'), '# ours\nlimits:\n  connect_bytes: 32KiB\n')
    await writeFile(join(folder.path, '.env'), 'SIGNET_LOG__LEVEL="debug" # loud\n')
    const { config } = loadConfig({ cwd: folder.path, env: {}, flags: [] })
    expect([config.limits.connect_bytes, config.log.level]).toEqual([32_768, 'debug'])
  })

  test('a folder in place of a file is refused', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'config.yaml'))
    expect(() => loadConfig({ cwd: folder.path, env: {}, flags: [] })).toThrow('config.yaml: cannot be read: EISDIR')
  })
})

test('every setting is listed with its value, as the file takes it, and with the place where it stands', () => {
  const listed = listEffectiveSettings(load({ flags: ['--limits-connect-bytes=32768'] }))
  const find = (key: string) => listed.find((setting) => setting.key === key)
  expect(find('limits.connect_bytes')).toEqual({
    key: 'limits.connect_bytes',
    value: 32_768,
    text: '32KiB',
    origin: '--limits-connect-bytes',
  })
  expect(find('public_host')).toEqual({ key: 'public_host', value: undefined, text: 'none', origin: 'default' })
})

describe('a secret', () => {
  const emqx = { SIGNET_EMQX__API_URL: 'http://localhost:18083', SIGNET_EMQX__API_KEY: 'signet' }
  const files = { '/home/key': 's3cret\n', '/etc/key': 'other\n' }

  for (const { name, request, secret } of [
    { name: 'in its variable', request: { env: { SIGNET_EMQX__API_SECRET: 'x' } }, secret: 'x' },
    { name: 'in the file of a variable', request: { env: { SIGNET_EMQX__API_SECRET_FILE: 'key' } }, secret: 's3cret' },
    { name: 'in the file of a flag', request: { flags: ['--emqx-api-secret-file', 'key'] }, secret: 's3cret' },
    {
      name: 'in its variable, over the file of another',
      request: { env: { SIGNET_EMQX__API_SECRET: 'x', SIGNET_EMQX__API_SECRET_FILE: 'key' } },
      secret: 'x',
    },
    {
      name: 'in a config.yaml',
      request: { configFile: '/etc/c.yaml', files: { '/etc/c.yaml': 'emqx: { api_secret: y }' } },
      secret: 'y',
    },
    {
      name: 'in a file beside the config.yaml that names it',
      request: { configFile: '/etc/c.yaml', files: { '/etc/c.yaml': 'emqx: { api_secret_file: key }' } },
      secret: 'other',
    },
  ] satisfies { name: string; request: Parameters<typeof load>[0]; secret: string }[]) {
    test(`is found ${name}`, () => {
      const whole = { ...request, env: { ...emqx, ...request.env }, files: { ...files, ...request.files } }
      expect(load(whole).config.emqx.api_secret).toBe(secret)
    })
  }

  test('is not shown where the settings are listed', () => {
    const listed = listEffectiveSettings(load({ env: { ...emqx, SIGNET_EMQX__API_SECRET: 'x' } }))
    expect(listed.find(({ key }) => key === 'emqx.api_secret')).toEqual({
      key: 'emqx.api_secret',
      value: '(hidden)',
      text: '"(hidden)"',
      origin: 'SIGNET_EMQX__API_SECRET',
    })
    const unset = listEffectiveSettings(load({})).find(({ key }) => key === 'emqx.api_secret')
    expect(unset?.text).toBe('none')
  })

  test('is not shown where it is refused', () => {
    const files = { '/home/config.yaml': 'emqx: { api_url: "http://e:1", api_key: k, api_secret: 12345 }' }
    expect(faultsOf({ files })).toEqual([
      'config.yaml:1 emqx.api_secret: expected the secret of an API key, found something else',
    ])
  })

  test('whose file cannot be read is refused, once', () => {
    expect(faultsOf({ env: { ...emqx, SIGNET_EMQX__API_SECRET_FILE: 'gone' } })).toEqual([
      'SIGNET_EMQX__API_SECRET_FILE: cannot be read: there is no such file (/home/gone)',
    ])
  })

  test('without the address it is for is refused', () => {
    expect(faultsOf({ env: { SIGNET_EMQX__API_SECRET: 'x' } })).toEqual([
      'emqx.api_url, emqx.api_key and emqx.api_secret go together: emqx.api_url and emqx.api_key must be set too',
    ])
  })
})

describe('a group within a group', () => {
  for (const { name, request } of [
    {
      name: 'the file',
      request: { files: { '/home/config.yaml': 'mqtt: { port: 0, plain: { host: localhost, port: 18830 } }' } },
    },
    {
      name: 'variables',
      request: { env: { SIGNET_MQTT__PLAIN__HOST: 'localhost', SIGNET_MQTT__PLAIN__PORT: '18830' } },
    },
    { name: 'flags', request: { flags: ['--mqtt-plain-host', 'localhost', '--mqtt-plain-port=18830'] } },
  ]) {
    test(`is read from ${name}`, () =>
      expect(load(request).config.mqtt.plain).toEqual({ host: 'localhost', port: 18_830, allow: [] }))
  }

  test('keeps what the layers below say of its other members', () => {
    const files = { '/home/config.yaml': 'mqtt: { inflight: 5, plain: { host: localhost } }' }
    const { mqtt } = load({ files, flags: ['--mqtt-plain-port', '18830'] }).config
    expect([mqtt.inflight, mqtt.plain.host, mqtt.plain.port]).toEqual([5, 'localhost', 18_830])
  })

  test('is refused by its whole key', () => {
    const files = { '/home/config.yaml': 'mqtt: { plain: { hots: localhost } }\n"mqtt.plain.host": a' }
    expect(faultsOf({ files })).toEqual([
      'config.yaml:1 mqtt.plain.hots: unknown setting; the nearest is mqtt.plain.host',
      'config.yaml:2 mqtt.plain.host: unknown setting; write it as mqtt: { plain: { host: ... } }',
    ])
  })

  test('that opens MQTT without TLS to everybody is refused with where it stands', () => {
    const [fault, ...others] = faultsOf({ flags: ['--mqtt-plain-host', '0.0.0.0'] })
    expect(fault).toMatch(/^mqtt\.plain\.host \(--mqtt-plain-host\) is 0\.0\.0\.0, .* name the networks/)
    expect(others).toEqual([])
    const flags = ['--mqtt-plain-host', '0.0.0.0', '--mqtt-plain-allow', '["192.168.1.0/99"]']
    expect(faultsOf({ flags })).toMatchObject([expect.stringMatching(/^--mqtt-plain-allow: expected a list/)])
  })
})
