import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createConfig, SETTINGS } from '../src/config.ts'
import { LiveConfig } from '../src/config-live.ts'
import { loadConfig } from '../src/config-loader.ts'
import { formatValue, referenceRows, renderExample, renderHelp, renderTable } from '../src/config-reference.ts'

const EXAMPLE = new URL('../config.example.yaml', import.meta.url)
const README = new URL('../README.md', import.meta.url)

// vitest run test/config-reference.test.ts --update writes the file anew.
test('config.example.yaml is generated from the schema', async () => {
  await expect(renderExample(SETTINGS)).toMatchFileSnapshot(EXAMPLE.pathname)
})

test('config.example.yaml, used as it is, changes nothing', () => {
  const { config } = loadConfig({
    cwd: '/',
    env: {},
    flags: [],
    configFile: EXAMPLE.pathname,
    readFile: (path) => (path === EXAMPLE.pathname ? readFileSync(path, 'utf8') : ''),
  })
  const backup = { ...config.backup, folder: './backups' }
  expect({ ...config, backup, certs_dir: './certs', data_dir: './data' }).toEqual(createConfig())
})

test("the README's configuration table is generated from the schema", () => {
  expect(readFileSync(README, 'utf8')).toContain(renderTable(SETTINGS))
})

test('the table has a row for every setting, with all its names', () => {
  const port = referenceRows(SETTINGS).find(({ key }) => key === 'mqtt.port')
  expect(port).toEqual({
    key: 'mqtt.port',
    variables: ['SIGNET_MQTT__PORT', 'MQTT_SECURE_PORT'],
    flag: '--mqtt-port',
    fallback: '8883',
    description: 'Port of MQTT over TLS; 0 takes a free one.',
  })
  const table = renderTable(SETTINGS)
  expect(table.trimEnd().split('\n')).toHaveLength(SETTINGS.length + 2)
  expect(table).toContain('| `limits.connect_bytes` | `16KiB` | `SIGNET_LIMITS__CONNECT_BYTES` |')
})

test('what a running hub takes is marked, and nothing else', () => {
  const marked = referenceRows(SETTINGS).flatMap(({ key, description }) =>
    description.endsWith(' Live.') ? [key] : [],
  )
  const changed = createConfig({
    log: { level: 'warn', format: 'json' },
    public_host: 'a.example.com',
    api: { port: 1 },
  })
  const { applied, needsRestart } = new LiveConfig(createConfig()).replace(changed)
  expect(marked).toEqual(expect.arrayContaining([...applied]))
  expect(marked.filter((key) => needsRestart.includes(key))).toEqual([])
  expect(readFileSync(README, 'utf8')).toContain('Least severe level that is logged. Live. |')
})

test('the help lists every flag with its default', () => {
  const help = renderHelp(SETTINGS)
  for (const { flag } of SETTINGS) expect(help).toContain(`  ${flag} `)
  expect(help).toContain('(16KiB)')
})

test('values are written so that the file reads them back', () => {
  expect(formatValue('size', 1_048_576)).toBe('1MiB')
  expect(formatValue('text', '::')).toBe('"::"')
  expect(formatValue('folder', './certs')).toBe('./certs')
  expect(formatValue('list', ['a'])).toBe('["a"]')
})
