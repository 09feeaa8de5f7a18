import { describe, expect, test } from 'vitest'
import { type ConfigInput, createConfig } from '../src/config.ts'
import { loadConfig } from '../src/config-loader.ts'
import { findProxyFaults, OWN_PATHS } from '../src/config-proxy-faults.ts'
import { createHarness } from './api/api-harness.ts'

const TARGET = { host: '192.0.2.1', port: 8080 }

type RouteInput = NonNullable<NonNullable<NonNullable<ConfigInput>['server']>['reverse_proxy']>[number]

function faultsOf(settings: ConfigInput, ...routes: readonly RouteInput[]): readonly string[] {
  return findProxyFaults(createConfig({ ...settings, server: { reverse_proxy: routes } }), new Set(), ['this-machine'])
}

function load(yaml: string, env: NodeJS.Dict<string> = {}) {
  return loadConfig({ cwd: '/srv/hub', env, flags: [], readFile: readOnly(yaml) }).config.server.reverse_proxy
}

function readOnly(yaml: string) {
  return (path: string): string => {
    if (path.endsWith('config.yaml')) return yaml
    throw Object.assign(new Error('none'), { code: 'ENOENT' })
  }
}

describe('a route', () => {
  test('needs path, host and port, and says the rest where it wants it', () => {
    const yaml = [
      'server:',
      '  reverse_proxy:',
      '    - { path: /app, host: 127.0.0.1, port: 8080 }',
      '    - path: /other/app',
      '      host: backend.internal',
      '      port: 443',
      '      https: true',
      '      ca_file: ca/backends.pem',
      '      auth: mtls',
      '      keep_prefix: true',
      '      trusted: true',
    ].join('\n')
    const plain = { https: false, auth: 'none', keep_prefix: false, trusted: false }
    const other = { https: true, ca_file: '/srv/hub/ca/backends.pem', auth: 'mtls', keep_prefix: true, trusted: true }
    expect(load(yaml)).toEqual([
      { path: '/app', host: '127.0.0.1', port: 8080, ...plain },
      { path: '/other/app', host: 'backend.internal', port: 443, ...other },
    ])
  })

  test('is JSON in a variable', () => {
    const variable = '[{"path": "/app", "host": "localhost", "port": 8080, "auth": "api"}]'
    expect(load('', { SIGNET_SERVER__REVERSE_PROXY: variable })).toMatchObject([{ path: '/app', auth: 'api' }])
  })

  for (const route of [
    'path: app',
    'path: /app/',
    'path: "//app"',
    'path: /a/../b',
    'path: /a/.',
    'path: /a%2fb',
    'path: /a b',
    'path: "/a?b"',
    'path: ""',
    'port: 0',
    'port: 65536',
    'host: http://backend',
    'auth: token',
    'prot: 8080',
    'ca_file: ""',
  ]) {
    test(`with ${route} is refused at its line`, () => {
      const [name = ''] = route.split(':')
      const right = { path: '/app', host: 'backend', port: '8080' }
      const rest = Object.entries(right).flatMap(([key, value]) => (key === name ? [] : [`${key}: ${value}`]))
      const yaml = `server:\n  reverse_proxy: [{ ${[route, ...rest].join(', ')} }]`
      expect(() => load(yaml)).toThrow(
        /^config\.yaml:2 server\.reverse_proxy: expected a list of routes such as .*, found \[/,
      )
    })
  }
})

describe('a path of ours is no route', () => {
  for (const { path, covered } of [
    { path: '/', covered: '/' },
    { path: '/api', covered: '/api' },
    { path: '/api/mine', covered: '/api' },
    { path: '/API', covered: '/api' },
    { path: '/.well-known', covered: '/.well-known/acme-challenge' },
    { path: '/.well-known/est/ca', covered: '/.well-known/est' },
    { path: '/pki/more', covered: '/pki' },
    { path: '/mqtt', covered: '/mqtt' },
    { path: '/metrics', covered: '/metrics' },
    { path: '/livez', covered: '/livez' },
    { path: '/readyz', covered: '/readyz' },
    { path: '/openapi.json', covered: '/openapi.json' },
    { path: '/console', covered: '/console' },
  ]) {
    test(path, () => {
      expect(faultsOf({}, { path, ...TARGET })).toEqual([
        `server.reverse_proxy ${path}: the hub itself answers ${covered}: choose another path`,
      ])
    })
  }

  for (const path of ['/app', '/apis', '/.well-known/other', '/app/api']) {
    test(`but ${path} is`, () => expect(faultsOf({}, { path, ...TARGET })).toEqual([]))
  }

  test('and every path that the API describes is known as ours', async () => {
    const { paths } = (await createHarness().call('/openapi.json')).body as { readonly paths: object }
    // The root alone is the console's; a route that covers it covers all.
    const below = Object.keys(paths).filter((path) => path !== '/')
    const unknown = below.filter((path) => !OWN_PATHS.some((own) => `${path}/`.startsWith(`${own}/`)))
    expect(unknown).toEqual([])
  })
})

describe('a listener of ours is no target', () => {
  const settings: ConfigInput = {
    public_host: 'hub.example.com',
    api: { port: 3000 },
    mqtt: { plain: { host: '192.0.2.9', port: 1883, allow: ['192.0.2.0/24'] } },
    tls: { server_names: ['hub.internal'] },
  }
  for (const { host, port, setting } of [
    { host: 'localhost', port: 3000, setting: 'api' },
    { host: '127.9.9.9', port: 8883, setting: 'mqtt' },
    { host: '::1', port: 1883, setting: 'mqtt.plain' },
    { host: '0.0.0.0', port: 3000, setting: 'api' },
    { host: '192.0.2.9', port: 1883, setting: 'mqtt.plain' },
    { host: 'HUB.example.com', port: 3000, setting: 'api' },
    { host: 'hub.internal', port: 3000, setting: 'api' },
    { host: 'this-machine', port: 3000, setting: 'api' },
  ]) {
    test(`${host}:${port}`, () => {
      expect(faultsOf(settings, { path: '/app', host, port })).toEqual([
        `server.reverse_proxy /app: ${host}:${port} is the hub's own listener (${setting}.port): name the other server`,
      ])
    })
  }

  for (const { host, port } of [
    { host: 'localhost', port: 3001 },
    { host: 'other.example.com', port: 3000 },
  ]) {
    test(`but ${host}:${port} is`, () => expect(faultsOf(settings, { path: '/app', host, port })).toEqual([]))
  }

  test('nor is one that is off a listener', () => {
    expect(faultsOf({}, { path: '/app', host: 'localhost', port: 1883 })).toEqual([])
  })
})

test('two routes have two paths, and ca_file is for HTTPS', () => {
  const route = { path: '/app', ...TARGET }
  expect(faultsOf({}, route, { ...route, ca_file: 'ca.pem' }, { path: '/app/x', ...TARGET })).toEqual([
    'server.reverse_proxy /app: another route has this path already',
    'server.reverse_proxy /app: ca_file is for backends with https: true',
  ])
})

test('what is wrong with routes is told with all else that is wrong', () => {
  const yaml = 'api: { port: x }\nserver: { reverse_proxy: [{ path: /api, host: backend, port: 80 }] }'
  expect(() => load(yaml)).toThrow(/api\.port: expected[\s\S]*server\.reverse_proxy \/api: the hub itself answers/)
})

test('nothing more is said of routes that were refused', () => {
  const config = createConfig({ server: { reverse_proxy: [{ path: '/api', ...TARGET }] } })
  expect(findProxyFaults(config, new Set(['server.reverse_proxy']))).toEqual([])
})

describe('with one port for everything', () => {
  const settings = { listen: { single: 8443 }, api: { port: 3000, redirect_port: 8080 } }

  test.each([
    { port: 8443, setting: 'listen.single' },
    { port: 8080, setting: 'api.redirect_port' },
  ])('a target on $port is the hub itself by $setting', ({ port, setting }) => {
    expect(faultsOf(settings, { path: '/app', host: '127.0.0.1', port })).toEqual([
      `server.reverse_proxy /app: 127.0.0.1:${port} is the hub's own listener (${setting}): name the other server`,
    ])
  })

  test('the ports that it stands for are free for others', () => {
    expect(faultsOf(settings, { path: '/app', host: '127.0.0.1', port: 3000 })).toEqual([])
  })
})
