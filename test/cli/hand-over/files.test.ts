import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'
import { run } from '../terminal.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
  await writeFile(join(hub.folder, 'password'), 'correct horse\n')
  await hub.api('POST', '/api/services', { body: { name: 'backend' } })
})
afterAll(() => hub[Symbol.asyncDispose]())

describe('a PKCS#12 file', () => {
  for (const { name, argv, stdin, file } of [
    { name: 'device p12', argv: ['device', 'p12', 'pump', '--password-file', 'password'], file: 'pump.p12' },
    {
      name: 'device p12, its password on standard input',
      argv: ['device', 'p12', 'pump', '--password-file', '-', '--out', 'piped.p12'],
      stdin: 'correct horse\r\n',
      file: 'piped.p12',
    },
    { name: 'service p12', argv: ['service', 'p12', 'backend', '--password-file', 'password'], file: 'backend.p12' },
    {
      name: 'admin-cert create --p12',
      argv: ['admin-cert', 'create', 'eva', '--role', 'auditor', '--p12', '--password-file', 'password'],
      file: 'eva.p12',
    },
  ]) {
    test(`is written by ${name}, for this user alone`, async () => {
      const { code, stdout } = await run({ argv, cwd: hub.folder, ...(stdin === undefined ? {} : { stdin }) })
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(`are in ${file}`) })
      const path = join(hub.folder, file)
      expect((await stat(path)).mode & 0o777).toBe(0o600)
      const pfx = await readFile(path)
      expect(() => createSecureContext({ pfx, passphrase: 'correct horse' })).not.toThrow()
    })
  }

  for (const { name, argv, said } of [
    { name: 'without a password', argv: ['device', 'p12', 'none'], said: 'name its file with --password-file' },
    {
      name: 'with a password file that is not there',
      argv: ['device', 'p12', 'none', '--password-file', 'nowhere'],
      said: 'nowhere',
    },
    {
      name: 'into a folder that is not there',
      argv: ['device', 'p12', 'none', '--password-file', 'password', '--out', 'no/where.p12'],
      said: 'cannot be written',
    },
  ]) {
    test(`is not made ${name}, and nothing is issued`, async () => {
      const { code, stderr } = await run({ argv, cwd: hub.folder })
      expect(code).toBe(1)
      expect(stderr).toContain(said)
      expect(await hub.api('GET', '/api/devices/none')).toMatchObject({ status: 404 })
    })
  }
})

test('device bundle writes an archive for this user alone', async () => {
  const argv = ['device', 'bundle', 'sensor:1', '--user', 'ann', '--out', 'sensor.zip']
  expect(await run({ argv, cwd: hub.folder })).toMatchObject({ code: 0, stderr: '' })
  expect((await stat(join(hub.folder, 'sensor.zip'))).mode & 0o777).toBe(0o600)
  const files = unzipSync(await readFile(join(hub.folder, 'sensor.zip')))
  expect(Object.keys(files)).toContain('sensor_1/device-key.pem')
  expect((await hub.api('GET', '/api/devices/sensor:1')).json()).toMatchObject({ userId: 'ann' })
})

test('device bundle is named after the device, whose owner is the usual one', async () => {
  expect(await run({ argv: ['device', 'bundle', 'lamp'], cwd: hub.folder })).toMatchObject({ code: 0 })
  expect((await stat(join(hub.folder, 'lamp.zip'))).size).toBeGreaterThan(1000)
  expect((await hub.api('GET', '/api/devices/lamp')).json()).toMatchObject({ userId: 'default' })
})
