import { describe, expect, test } from 'vitest'
import { createSetting } from '../src/config-setting.ts'
import { type ConfigSource, readDefaults, readFlags, readTree, readVariables } from '../src/config-source.ts'

const SETTINGS = [
  createSetting('api.port', { kind: 'number', description: '', expected: 'a port', alias: 'PORT' }, 3000),
  createSetting('api.open', { kind: 'toggle', description: '', expected: 'true or false' }, false),
  createSetting('data_dir', { kind: 'folder', description: '', expected: 'a folder' }, './data'),
  createSetting('name', { kind: 'text', description: '', expected: 'a name' }, undefined),
]

const valuesOf = ({ entries }: ConfigSource): readonly unknown[] =>
  entries.map(({ setting, value, origin }) => [setting.key, value, origin.place])

test('a setting without a default has no default entry', () => {
  const keys = readDefaults(SETTINGS, '/').entries.map(({ setting }) => setting.key)
  expect(keys).toEqual(['api.port', 'api.open', 'data_dir'])
})

describe('variables', () => {
  const read = (env: NodeJS.Dict<string>): ConfigSource =>
    readVariables(env, SETTINGS, { layer: 'environment', base: '/' })

  test('a setting is read from its variable', () => {
    expect(valuesOf(read({ SIGNET_API__PORT: '1', HOME: '/root' }))).toEqual([['api.port', 1, 'SIGNET_API__PORT']])
  })

  test("a setting's own variable wins over its alias", () => {
    expect(valuesOf(read({ SIGNET_API__PORT: '1', PORT: '2' })).at(-1)).toEqual(['api.port', 1, 'SIGNET_API__PORT'])
  })

  test('an unknown variable of ours is a fault with the nearest name, and its value is not told', () => {
    const { entries, faults } = read({ SIGNET_API_PORT: 'secret', SIGNET_: '', OTHER: '1' })
    expect(entries).toEqual([])
    expect(faults).toEqual([
      'SIGNET_API_PORT: unknown variable; the nearest is SIGNET_API__PORT',
      'SIGNET_: unknown variable',
    ])
  })

  test('a variable of .env says so', () => {
    const source = readVariables({ PORT: '2', SIGNET_X: '' }, SETTINGS, { layer: '.env', base: '/' })
    expect(valuesOf(source)).toEqual([['api.port', 2, '.env PORT']])
    expect(source.faults).toEqual(['.env SIGNET_X: unknown variable'])
  })

  test('a variable inherited from a prototype is none', () => {
    expect(read(Object.create({ SIGNET_API__PORT: '1' })).entries).toEqual([])
  })
})

describe('flags', () => {
  for (const { args, expected } of [
    { args: ['--api-port', '1'], expected: [['api.port', 1, '--api-port']] },
    { args: ['--api-port=1'], expected: [['api.port', 1, '--api-port']] },
    { args: ['--name=a=b'], expected: [['name', 'a=b', '--name']] },
    { args: ['--name='], expected: [['name', '', '--name']] },
    { args: ['--api-port', '-1'], expected: [['api.port', -1, '--api-port']] },
    {
      args: ['--api-open', '--name', 'x'],
      expected: [
        ['api.open', true, '--api-open'],
        ['name', 'x', '--name'],
      ],
    },
    { args: ['--api-open', 'false'], expected: [['api.open', false, '--api-open']] },
    { args: ['--api-open=true'], expected: [['api.open', true, '--api-open']] },
  ]) {
    test(`ok/${args.join(' ')}`, () => {
      const source = readFlags(args, SETTINGS, '/')
      expect(valuesOf(source)).toEqual(expected)
      expect(source.faults).toEqual([])
    })
  }

  for (const { args, fault } of [
    { args: ['--api-prot', '1'], fault: '--api-prot: unknown flag; the nearest is --api-port' },
    { args: ['--api-prot=secret'], fault: '--api-prot: unknown flag; the nearest is --api-port' },
    { args: ['--constructor'], fault: '--constructor: unknown flag' },
    { args: ['--__proto__=1'], fault: '--__proto__: unknown flag' },
    { args: ['-x'], fault: '-x: unknown flag' },
    { args: ['--api-port'], fault: '--api-port: expected a port, found nothing' },
    { args: ['stray'], fault: 'stray: unexpected argument' },
  ]) {
    test(`refused/${args.join(' ')}`, () => {
      expect(readFlags(args, SETTINGS, '/')).toEqual({ entries: [], faults: [fault] })
    })
  }

  test('a flag without its value leaves the next flag alone', () => {
    const source = readFlags(['--api-port', '--name', 'x'], SETTINGS, '/')
    expect(valuesOf(source)).toEqual([['name', 'x', '--name']])
    expect(source.faults).toHaveLength(1)
  })
})

describe('keys of a file', () => {
  const read = (nodes: Parameters<typeof readTree>[0]['nodes']): ConfigSource =>
    readTree({ nodes, problems: [] }, SETTINGS, { file: 'config.yaml', base: '/' })

  test('a key is named with its line', () => {
    const source = read([{ name: 'api', line: 1, children: [{ name: 'port', line: 2, value: 1 }] }])
    expect(valuesOf(source)).toEqual([['api.port', 1, 'config.yaml:2 api.port']])
  })

  test('a group that holds nothing is no fault', () => {
    expect(read([{ name: 'api', line: 1, value: null }])).toEqual({ entries: [], faults: [] })
  })

  for (const { name, node, fault } of [
    {
      name: 'an unknown key of a group',
      node: { name: 'api', line: 1, children: [{ name: 'prot', line: 2, value: 1 }] },
      fault: 'config.yaml:2 api.prot: unknown setting; the nearest is api.port',
    },
    {
      name: '__proto__',
      node: { name: '__proto__', line: 1, value: 1 },
      fault: 'config.yaml:1 __proto__: unknown setting',
    },
    {
      name: 'constructor',
      node: { name: 'constructor', line: 1, children: [] },
      fault: 'config.yaml:1 constructor: unknown setting',
    },
    {
      name: 'a value where a group is',
      node: { name: 'api', line: 1, value: 3 },
      fault: 'config.yaml:1 api: expected a map of settings, found 3',
    },
    {
      name: 'a dotted key',
      node: { name: 'api.port', line: 1, value: 3 },
      fault: 'config.yaml:1 api.port: unknown setting; write it as api: { port: ... }',
    },
  ]) {
    test(`refused/${name}`, () => expect(read([node])).toEqual({ entries: [], faults: [fault] }))
  }

  test('a map where a value is expected is handed on, to be refused by its rule', () => {
    const source = read([{ name: 'data_dir', line: 1, children: [{ name: 'x', line: 2, value: 1 }] }])
    expect(valuesOf(source)).toEqual([['data_dir', {}, 'config.yaml:1 data_dir']])
  })

  test('what the parser refused is told with its line', () => {
    const tree = { nodes: [], problems: [{ line: 3, message: 'Map keys must be unique' }] }
    const { faults } = readTree(tree, SETTINGS, { file: 'c.yaml', base: '/' })
    expect(faults).toEqual(['c.yaml:3: Map keys must be unique'])
  })
})
