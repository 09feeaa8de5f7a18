import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRootCertificate } from '../../src/ca/certificate.ts'
import { planCertificate } from '../../src/ca/certificate-profile.ts'
import { exportPrivateKey, generateKeyPair } from '../../src/ca/key-pair.ts'
import {
  type KeyPairText,
  keyPairPaths,
  openKeyPairFiles,
  replaceKeyPairFiles,
  writeKeyPairFiles,
} from '../../src/ca/key-pair-files.ts'
import { killStates } from '../support/kill-states.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { recordedLog } from './recorded-log.ts'

async function createPair(name: string): Promise<KeyPairText> {
  const keyPair = await generateKeyPair('ec-p256')
  const { certificatePem } = await createRootCertificate(planCertificate({ kind: 'root', name }, new Date()), keyPair)
  return { keyPem: exportPrivateKey(keyPair.privateKey), certificatePem }
}

const [first, second, third] = [await createPair('first'), await createPair('second'), await createPair('third')]
const { logger } = recordedLog()

async function open(folder: string): Promise<KeyPairText | undefined> {
  const stored = await openKeyPairFiles(keyPairPaths(folder, 'server'), logger)
  return stored && { keyPem: stored.keyPem, certificatePem: stored.certificatePem }
}

describe('a pair of files', () => {
  test('is nothing in an empty folder', async () => {
    await using folder = await temporaryFolder()
    expect(await open(folder.path)).toBeUndefined()
  })

  test('is read as it was written, the key for its owner alone', async () => {
    await using folder = await temporaryFolder()
    await writeKeyPairFiles(keyPairPaths(folder.path, 'server'), first)
    expect(await open(folder.path)).toEqual(first)
    expect((await readdir(folder.path)).sort()).toEqual(['server-cert.pem', 'server-key.pem'])
    expect((await stat(join(folder.path, 'server-key.pem'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder.path, 'server-cert.pem'))).mode & 0o777).toBe(0o644)
  })

  test('leaves the one it replaces beside', async () => {
    await using folder = await temporaryFolder()
    const paths = keyPairPaths(folder.path, 'server')
    await writeKeyPairFiles(paths, first)
    await replaceKeyPairFiles(paths, first, second)
    await replaceKeyPairFiles(paths, second, third)
    expect(await open(folder.path)).toEqual(third)
    const read = (name: string) => readFile(join(folder.path, name), 'utf8')
    expect(await read('server-key.previous.pem')).toBe(second.keyPem)
    expect(await read('server-cert.previous.pem')).toBe(second.certificatePem)
    expect((await stat(join(folder.path, 'server-key.previous.pem'))).mode & 0o777).toBe(0o600)
    expect(await readdir(folder.path)).toHaveLength(4)
  })
})

describe('what kill -9 leaves', () => {
  const half = (text: string) => text.slice(0, text.length / 2)
  const old = { 'server-key.pem': first.keyPem, 'server-cert.pem': first.certificatePem }
  const stagedKey = '.server-key.pem.new'
  const stagedCertificate = '.server-cert.pem.new'

  for (const { name, files, expected } of [
    { name: 'first start, key begun', files: { [stagedKey]: '' }, expected: undefined },
    { name: 'first start, key half written', files: { [stagedKey]: half(second.keyPem) }, expected: undefined },
    {
      name: 'first start, certificate half written',
      files: { [stagedKey]: second.keyPem, [stagedCertificate]: half(second.certificatePem) },
      expected: undefined,
    },
    {
      name: 'first start, both staged',
      files: { [stagedKey]: second.keyPem, [stagedCertificate]: second.certificatePem },
      expected: undefined,
    },
    {
      name: 'first start, key published',
      files: { 'server-key.pem': second.keyPem, [stagedCertificate]: second.certificatePem },
      expected: second,
    },
    { name: 'replacing, key half written', files: { ...old, [stagedKey]: half(second.keyPem) }, expected: first },
    {
      name: 'replacing, both staged',
      files: { ...old, [stagedKey]: second.keyPem, [stagedCertificate]: second.certificatePem },
      expected: first,
    },
    {
      name: 'replacing, key published',
      files: { ...old, 'server-key.pem': second.keyPem, [stagedCertificate]: second.certificatePem },
      expected: second,
    },
    {
      name: 'keeping the old pair, half written',
      files: { ...old, '.server-key.previous.pem.new': half(first.keyPem) },
      expected: first,
    },
    {
      name: 'a certificate its owner has put there meanwhile stays',
      files: { ...old, [stagedCertificate]: first.certificatePem },
      expected: first,
    },
  ] satisfies readonly { name: string; files: Record<string, string>; expected: KeyPairText | undefined }[]) {
    test(`${name}: is finished or discarded by the next open`, async () => {
      await using folder = await temporaryFolder()
      for (const [file, text] of Object.entries(files)) {
        await writeFile(join(folder.path, file), text, { mode: 0o600 })
      }
      expect(await open(folder.path)).toEqual(expected)
      expect((await readdir(folder.path)).filter((file) => file.startsWith('.'))).toEqual([])
      expect(await open(folder.path)).toEqual(expected)
    })
  }

  for (const { name, before } of [
    { name: 'writing a first pair', before: undefined },
    { name: 'replacing a pair', before: first },
  ]) {
    test(`${name}: at every call that changes a file, the next open finds a whole pair or none`, {
      timeout: 240_000,
    }, async () => {
      await using folder = await temporaryFolder()
      if (before) await writeKeyPairFiles(keyPairPaths(folder.path, 'server'), before)
      const input = JSON.stringify({ old: before, next: second })
      const writer = join(import.meta.dirname, 'pair-writer.ts')
      const found = new Set<KeyPairText | undefined>()
      for await (const path of killStates(writer, folder.path, input)) {
        const pair = await open(path)
        expect([before, second]).toContainEqual(pair)
        expect((await readdir(path)).filter((file) => file.startsWith('.'))).toEqual([])
        found.add(pair?.keyPem === second.keyPem ? second : before)
      }
      expect(found).toEqual(new Set([before, second]))
    })
  }
})

describe('a folder that is not in order', () => {
  async function folderWith(pair: KeyPairText) {
    const folder = await temporaryFolder()
    await writeKeyPairFiles(keyPairPaths(folder.path, 'server'), pair)
    return folder
  }

  for (const { missing, present } of [
    { missing: 'server-key.pem', present: 'server-cert.pem' },
    { missing: 'server-cert.pem', present: 'server-key.pem' },
  ]) {
    test(`refused/${missing} is missing: named, and nothing is overwritten`, async () => {
      await using folder = await folderWith(first)
      await rename(join(folder.path, missing), join(folder.path, 'elsewhere'))
      const text = await readFile(join(folder.path, present), 'utf8')
      await expect(open(folder.path)).rejects.toMatchObject({
        code: 'file_invalid',
        message: expect.stringContaining(
          `${join(folder.path, missing)} is missing beside ${join(folder.path, present)}`,
        ),
      })
      expect((await readdir(folder.path)).sort()).toEqual(['elsewhere', present].sort())
      expect(await readFile(join(folder.path, present), 'utf8')).toBe(text)
    })
  }

  for (const mode of [0o604, 0o602, 0o601, 0o666, 0o647]) {
    test(`refused/a key with the mode 0${mode.toString(8)}: says the chmod that mends it`, async () => {
      await using folder = await folderWith(first)
      const path = join(folder.path, 'server-key.pem')
      await chmod(path, mode)
      await expect(open(folder.path)).rejects.toMatchObject({
        code: 'file_permissions',
        message: expect.stringMatching(new RegExp(`chmod 600 ${path}$`)),
      })
    })
  }

  test('refused/the chmod can be pasted even where the path has spaces and quotes', async () => {
    await using folder = await temporaryFolder()
    const odd = join(folder.path, "it's mine")
    await mkdir(odd)
    await writeKeyPairFiles(keyPairPaths(odd, 'server'), first)
    await chmod(join(odd, 'server-key.pem'), 0o604)
    const error = await open(odd).catch((cause: Error) => cause)
    const command = error instanceof Error ? (error.message.match(/chmod 600 .*$/)?.[0] ?? '') : ''
    expect(spawnSync('sh', ['-c', command]).status).toBe(0)
    expect(await open(odd)).toEqual(first)
  })

  test('a key its group may read is a warning', async () => {
    await using folder = await folderWith(first)
    await chmod(join(folder.path, 'server-key.pem'), 0o640)
    const log = recordedLog()
    await openKeyPairFiles(keyPairPaths(folder.path, 'server'), log.logger)
    expect(log.lines).toMatchObject([{ level: 'warn', msg: 'Private key is open to its group' }])
  })

  test('refused/the key of another certificate: key_mismatch', async () => {
    await using folder = await folderWith({ keyPem: first.keyPem, certificatePem: second.certificatePem })
    await expect(open(folder.path)).rejects.toMatchObject({ code: 'key_mismatch' })
  })

  test('refused/a damaged key is reported even while a certificate is staged', async () => {
    await using folder = await folderWith({ ...first, keyPem: first.keyPem.slice(0, 60) })
    await writeFile(join(folder.path, '.server-cert.pem.new'), second.certificatePem)
    await expect(open(folder.path)).rejects.toMatchObject({ code: 'file_invalid' })
  })
})
