import { EventEmitter } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startHub } from '../../src/app.ts'
import { lockFolder } from '../../src/db/folder-lock.ts'
import { createForeignCa, SERVER_AUTH } from '../support/certificate-maker.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { run } from './terminal.ts'

/** A folder with a pair in `ssl/`, as the documents have it. */
async function openScene() {
  const folder = await temporaryFolder()
  const root = realpathSync(folder.path)
  const { cert, key } = await (await createForeignCa('CN=Web CA')).make({
    commonNames: ['hub'],
    purposes: [SERVER_AUTH],
  })
  mkdirSync(join(root, 'ssl'))
  writeFileSync(join(root, 'ssl/cert.pem'), cert)
  writeFileSync(join(root, 'ssl/key.pem'), key, { mode: 0o600 })
  return { root, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

const SAVE = ['start', '--ssl-config', '--ssl', '--cert', './ssl/cert.pem', '--key', './ssl/key.pem']

describe('--ssl-config', () => {
  test('writes the three settings, and exits without a hub', async () => {
    await using scene = await openScene()
    const { code, stdout, stderr } = await run({ argv: SAVE, cwd: scene.root })
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Wrote ssl.enabled, ssl.cert_file and ssl.key_file to ${join(scene.root, 'config.yaml')}\n`,
    })
    expect(stderr).toMatch(/^Warning: .*subjectAltName/)
    expect(readFileSync(join(scene.root, 'config.yaml'), 'utf8')).toBe(
      `ssl:\n  enabled: true\n  cert_file: ${scene.root}/ssl/cert.pem\n  key_file: ${scene.root}/ssl/key.pem\n`,
    )
    const shown = await run({ argv: ['config', 'show', '--origin'], cwd: scene.root })
    expect(shown.stdout).toMatch(/ssl\.cert_file +\S+ssl\/cert\.pem +config\.yaml:3/)
  })

  test('keeps comments, the rights of the file, and the link it is', async () => {
    await using scene = await openScene()
    const file = join(scene.root, 'real.yaml')
    writeFileSync(file, '# mine\napi:\n  port: 3001 # not 3000\n')
    chmodSync(file, 0o640)
    symlinkSync('real.yaml', join(scene.root, 'hub.yaml'))
    const { code } = await run({ argv: [...SAVE, '--config', 'hub.yaml'], cwd: scene.root })
    expect(code).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('# mine\napi:\n  port: 3001 # not 3000\nssl:\n  enabled: true\n')
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(realpathSync(join(scene.root, 'hub.yaml'))).toBe(file)
  })

  test('is what server-cert import does', async () => {
    await using scene = await openScene()
    const argv = ['server-cert', 'import', '--cert', 'ssl/cert.pem', '--key', 'ssl/key.pem']
    expect((await run({ argv, cwd: scene.root })).code).toBe(0)
    expect(readFileSync(join(scene.root, 'config.yaml'), 'utf8')).toContain('cert_file: ')
  })

  for (const { name, argv = SAVE, spoil, code, message } of [
    {
      name: 'a pair that no hub would serve',
      spoil: (root: string) => writeFileSync(join(root, 'ssl/cert.pem'), 'hello'),
      code: 78,
      message: /holds no certificate/,
    },
    {
      name: 'a certificate without its key',
      argv: SAVE.slice(0, 5),
      spoil: () => undefined,
      code: 78,
      message: /ssl\.key_file must be set too/,
    },
    {
      name: 'nothing to write',
      argv: ['start', '--ssl-config'],
      spoil: () => undefined,
      code: 78,
      message: /name both --cert and --key/,
    },
    {
      name: 'a folder that takes no file',
      argv: [...SAVE, '--config', 'missing/hub.yaml'],
      spoil: () => undefined,
      code: 78,
      message: /missing\/hub\.yaml/,
    },
  ]) {
    test(`refused/${name}, and nothing is written`, async () => {
      await using scene = await openScene()
      spoil(scene.root)
      const refused = await run({ argv, cwd: scene.root })
      expect(refused.code).toBe(code)
      expect(refused.stderr).toMatch(message)
      expect(() => statSync(join(scene.root, 'config.yaml'))).toThrow(/ENOENT/)
    })
  }

  test('refused/while a hub holds the data folder', async () => {
    await using scene = await openScene()
    mkdirSync(join(scene.root, 'data'))
    using _lock = lockFolder(join(scene.root, 'data'), 4711)
    const { code, stderr } = await run({ argv: SAVE, cwd: scene.root })
    expect(code).toBe(1)
    expect(stderr).toMatch(/A hub \(process 4711\) uses .*data: stop it first/)
    expect(() => statSync(join(scene.root, 'config.yaml'))).toThrow(/ENOENT/)
  })
})

describe('start', () => {
  const start = ['start', '--api-port', '0', '--mqtt-port', '0', '--log-format', 'json']

  test('serves what --ssl, --cert and --key name', async () => {
    await using scene = await openScene()
    const signals = new EventEmitter()
    const { code, stdout } = await run({
      argv: [...start, '--ssl', '--cert', 'ssl/cert.pem', '--key', 'ssl/key.pem'],
      cwd: scene.root,
      signals,
      startHub,
      onOutput: (text) => text.includes('Hub ready') && setImmediate(() => signals.emit('SIGTERM')),
    })
    expect(code).toBe(0)
    expect(stdout).toContain('"setting":"ssl"')
  })

  test('refused/with a bad pair: one sentence, exit 78, and no folder is made', async () => {
    await using scene = await openScene()
    const argv = [...start, '--ssl', '--cert', 'ssl/key.pem', '--key', 'ssl/key.pem', '--certs-dir', 'certs']
    const { code, stderr } = await run({ argv, cwd: scene.root, startHub })
    expect(code).toBe(78)
    expect(stderr).toMatch(/^signet: The certificate .*ssl\/key\.pem \(ssl\.cert_file\) holds a private key too.*\n$/)
    expect(() => statSync(join(scene.root, 'certs'))).toThrow(/ENOENT/)
  })
})
