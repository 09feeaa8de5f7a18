import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SETTINGS } from '../../src/config.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { run } from './terminal.ts'

test('config show prints every setting with its value', async () => {
  await using folder = await temporaryFolder()
  const { code, stdout } = await run({ argv: ['config', 'show', '--api-port', '3001'], cwd: folder.path })
  expect(code).toBe(0)
  expect(stdout.trimEnd().split('\n')).toHaveLength(SETTINGS.length + 1)
  expect(stdout).toMatch(/^api\.port +3001$/m)
})

test('config show --origin also prints where each value stands', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'config.yaml'), 'limits:\n  connect_bytes: 32KiB\n')
  const argv = ['config', 'show', '--origin', '--api-port=3001']
  const { stdout } = await run({ argv, cwd: folder.path, env: { CERTS_DIR: '/pki' } })
  for (const line of [
    /^api\.port +3001 +--api-port$/m,
    /^limits\.connect_bytes +32KiB +config\.yaml:2 limits\.connect_bytes$/m,
    /^certs_dir +\/pki +CERTS_DIR$/m,
    /^log\.level +info +default$/m,
  ]) {
    expect(stdout).toMatch(line)
  }
})

test('config show --origin tells .env, its layer, and the file of a secret by their names', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, '.env'), 'SIGNET_LOG__LEVEL=warn\nSIGNET_API__PORT=3002\n')
  await writeFile(join(folder.path, 'secret'), 's3cret\n')
  const env = {
    SIGNET_API__PORT: '3003',
    SIGNET_EMQX__API_URL: 'http://localhost:18083',
    SIGNET_EMQX__API_KEY: 'signet',
    SIGNET_EMQX__API_SECRET_FILE: 'secret',
  }
  const { stdout } = await run({ argv: ['config', 'show', '--origin'], cwd: folder.path, env })
  for (const line of [
    /^log\.level +warn +\.env SIGNET_LOG__LEVEL$/m,
    /^api\.port +3003 +SIGNET_API__PORT$/m,
    /^emqx\.api_secret +"\(hidden\)" +SIGNET_EMQX__API_SECRET_FILE$/m,
  ]) {
    expect(stdout).toMatch(line)
  }
  expect(stdout).not.toContain('s3cret')
})

test('config show --json prints values for programs', async () => {
  await using folder = await temporaryFolder()
  const show = async (...flags: string[]): Promise<unknown[]> =>
    JSON.parse((await run({ argv: ['config', 'show', '--json', ...flags], cwd: folder.path })).stdout)
  expect(await show()).toContainEqual({ key: 'limits.connect_bytes', value: 16_384 })
  expect(await show()).toContainEqual({ key: 'public_host', value: null })
  expect(await show('--origin')).toContainEqual({ key: 'api.port', value: 3000, origin: 'default' })
})

test('config check says that a configuration is valid, or exits 78 with what is wrong', async () => {
  await using folder = await temporaryFolder()
  const hub = join(folder.path, 'hub.yaml')
  await writeFile(hub, 'mqtt: { port: 8884 }\n')
  const good = await run({ argv: ['config', 'check', '--config', 'hub.yaml'], cwd: folder.path })
  expect(good).toMatchObject({ code: 0, stdout: 'The configuration is valid\n', stderr: '' })
  await writeFile(hub, 'mqtt: { port: x }\n')
  const bad = await run({ argv: ['config', 'check', '--config', 'hub.yaml'], cwd: folder.path })
  expect(bad).toMatchObject({
    code: 78,
    stdout: '',
    stderr: 'signet: hub.yaml:1 mqtt.port: expected a port from 0 to 65535, found "x"\n',
  })
})
