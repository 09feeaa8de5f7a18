import { generateKeyPairSync } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRootCertificate } from '../../src/ca/certificate.ts'
import { planCertificate } from '../../src/ca/certificate-profile.ts'
import { decryptKeyFile, encryptKeyFile, isEncrypted, openPrivateKey } from '../../src/ca/key-file.ts'
import { exportPrivateKey } from '../../src/ca/key-pair.ts'
import { keyPairPaths, writeKeyPairFiles } from '../../src/ca/key-pair-files.ts'
import { killStates } from '../support/kill-states.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createForeignKey, hasOpenssl } from './openssl.ts'

const PASSPHRASE = 'correct horse battery staple'
const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const clear = exportPrivateKey(keyPair.privateKey)

async function createKeyFile(folder: string, name = 'ca-key.pem'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, clear, { mode: 0o600 })
  return path
}

const opens = async (path: string, passphrase?: string): Promise<boolean> =>
  (await openPrivateKey(await readFile(path, 'utf8'), path, passphrase)).equals(keyPair.privateKey)

describe('a key file', () => {
  test('is encrypted in its place, and what stood there is overwritten', async () => {
    await using folder = await temporaryFolder()
    const path = await createKeyFile(folder.path)
    await using old = await open(path, 'r')
    expect(await encryptKeyFile(path, keyPair.privateKey, PASSPHRASE)).toEqual({ hasOtherNames: false })
    expect(isEncrypted(await readFile(path, 'utf8'))).toBe(true)
    expect(await opens(path, PASSPHRASE)).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    // The file that nobody can name any more.
    expect((await old.readFile()).every((octet) => octet === 0)).toBe(true)
    expect(await readdir(folder.path)).toEqual(['ca-key.pem'])
  })

  test('is decrypted again', async () => {
    await using folder = await temporaryFolder()
    const path = await createKeyFile(folder.path)
    await encryptKeyFile(path, keyPair.privateKey, PASSPHRASE)
    await decryptKeyFile(path, keyPair.privateKey)
    expect(await readFile(path, 'utf8')).toBe(clear)
  })

  test('behind a link is encrypted where the link leads', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'vault'))
    const target = await createKeyFile(join(folder.path, 'vault'))
    const path = join(folder.path, 'ca-key.pem')
    await symlink(target, path)
    await encryptKeyFile(path, keyPair.privateKey, PASSPHRASE)
    expect(await opens(target, PASSPHRASE)).toBe(true)
    expect(await readFile(path, 'utf8')).toBe(await readFile(target, 'utf8'))
  })

  test('of two names says so, and leaves the other as it is', async () => {
    await using folder = await temporaryFolder()
    const path = await createKeyFile(folder.path)
    const copy = join(folder.path, 'copy.pem')
    await link(path, copy)
    expect(await encryptKeyFile(path, keyPair.privateKey, PASSPHRASE)).toEqual({ hasOtherNames: true })
    expect(await readFile(copy, 'utf8')).toBe(clear)
  })

  test('refused/a weak passphrase: it stays as it is', async () => {
    await using folder = await temporaryFolder()
    const path = await createKeyFile(folder.path)
    await expect(encryptKeyFile(path, keyPair.privateKey, 'short')).rejects.toMatchObject({ code: 'passphrase_weak' })
    expect(await readFile(path, 'utf8')).toBe(clear)
  })

  test('killed at any point, the key is there: in the clear before, encrypted after', async () => {
    const plan = planCertificate({ kind: 'root', name: 'Root' }, new Date())
    const { certificatePem } = await createRootCertificate(plan, keyPair)
    await using folder = await temporaryFolder()
    const old = { keyPem: clear, certificatePem }
    await writeKeyPairFiles(keyPairPaths(folder.path, 'server'), old)
    const input = JSON.stringify({ old, passphrase: PASSPHRASE })
    const writer = join(import.meta.dirname, 'pair-writer.ts')
    const found = new Set<boolean>()
    for await (const path of killStates(writer, folder.path, input)) {
      const { keyPath } = keyPairPaths(path, 'server')
      expect(await opens(keyPath, PASSPHRASE)).toBe(true)
      found.add(isEncrypted(await readFile(keyPath, 'utf8')))
    }
    expect(found).toEqual(new Set([false, true]))
  })
})

describe.skipIf(!hasOpenssl.available)(`a key that openssl encrypted ${hasOpenssl.reason}`, () => {
  for (const { name, args } of [
    { name: 'PKCS#8', args: ['genpkey', '-algorithm', 'RSA', '-aes256', '-pass', `pass:${PASSPHRASE}`] },
    { name: 'PKCS#1', args: ['genrsa', '-traditional', '-aes128', '-passout', `pass:${PASSPHRASE}`, '2048'] },
  ]) {
    test(`ok/${name}: is opened by its passphrase alone`, async () => {
      await using folder = await temporaryFolder()
      const text = await createForeignKey(folder.path, args)
      expect(isEncrypted(text)).toBe(true)
      expect((await openPrivateKey(text, 'key.pem', PASSPHRASE)).asymmetricKeyType).toBe('rsa')
      for (const wrong of [undefined, 'another passphrase']) {
        await expect(openPrivateKey(text, 'key.pem', wrong)).rejects.toMatchObject({ code: 'passphrase_wrong' })
      }
    })
  }
})
