import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type OpenAuthorityOptions, openAuthority } from '../../src/ca/authority-files.ts'
import { encryptKeyFile, isEncrypted, openPrivateKey } from '../../src/ca/key-file.ts'
import { isSealed } from '../../src/ca/sealed-key.ts'
import { encryptCheaply } from '../support/cheap-guesses.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createForeignCa, hasOpenssl, openssl } from './openssl.ts'
import { recordedLog } from './recorded-log.ts'

const PASSPHRASE = 'correct horse battery staple'

const openWith = (certsDir: string, more: Partial<OpenAuthorityOptions> = {}) =>
  openAuthority({ certsDir, clock: () => new Date(), logger: recordedLog().logger, ...more })

/** A CA that was opened with the passphrase before. */
async function createProtected(certsDir: string) {
  const { authority } = await openWith(certsDir)
  await encryptCheaply(certsDir, PASSPHRASE)
  return authority
}

const readKey = (folder: string) => readFile(join(folder, 'ca-key.pem'), 'utf8')

describe('a passphrase', () => {
  test('encrypts a key that lay in the clear, and says what is left to do', async () => {
    await using folder = await temporaryFolder()
    const { authority } = await openWith(folder.path)
    const log = recordedLog()
    const again = await openWith(folder.path, { passphrase: PASSPHRASE, logger: log.logger })
    expect(again.authority.fingerprint).toBe(authority.fingerprint)
    expect(isSealed(await readKey(folder.path))).toBe(true)
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { msg: 'CA key encrypted in its file', mend: expect.stringContaining('destroy every copy') },
    ])
    expect(again.key).toMatchObject({ kind: 'file', isProtected: true, isLocked: false })
    await again.authority.issueDevice('d', 'u', {})
    const third = recordedLog()
    await openWith(folder.path, { passphrase: PASSPHRASE, logger: third.logger })
    expect(third.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })

  test('tells of other names of the file, whose content stays in the clear', async () => {
    await using folder = await temporaryFolder()
    await openWith(folder.path)
    await link(join(folder.path, 'ca-key.pem'), join(folder.path, 'copy.pem'))
    const log = recordedLog()
    await openWith(folder.path, { passphrase: PASSPHRASE, logger: log.logger })
    expect(log.lines.find(({ msg }) => msg === 'CA key encrypted in its file')).toMatchObject({
      mend: expect.stringContaining('hard links'),
    })
  })

  test('of a start that was killed between key and certificate is not needed to finish it', async () => {
    await using folder = await temporaryFolder()
    const authority = await createProtected(folder.path)
    const certificate = join(folder.path, 'ca-cert.pem')
    await writeFile(join(folder.path, '.ca-cert.pem.new'), await readFile(certificate))
    await rm(certificate)
    const again = await openWith(folder.path)
    expect(again.authority.fingerprint).toBe(authority.fingerprint)
    expect(again.key.fault).toMatchObject({ code: 'passphrase_missing' })
  })

  test('refused/too weak for a new CA: nothing is left', async () => {
    await using folder = await temporaryFolder()
    await expect(openWith(folder.path, { passphrase: 'short' })).rejects.toMatchObject({ code: 'passphrase_weak' })
    expect(await readdir(folder.path)).toEqual([])
  })

  test('refused/the encrypted key of another CA is known without it', async () => {
    await using folder = await temporaryFolder()
    await using other = await temporaryFolder()
    await createProtected(folder.path)
    await createProtected(other.path)
    await writeFile(join(folder.path, 'ca-key.pem'), await readKey(other.path), { mode: 0o600 })
    await expect(openWith(folder.path)).rejects.toMatchObject({ code: 'key_mismatch' })
  })
})

describe('a person at the terminal', () => {
  async function openAsking(answers: readonly (string | undefined)[]) {
    await using folder = await temporaryFolder()
    await createProtected(folder.path)
    const left = [...answers]
    const { key } = await openWith(folder.path, { askSecret: async () => left.shift() })
    return { key, unasked: left.length }
  }

  for (const { name, answers, locked, unasked = 0 } of [
    { name: 'gives the passphrase', answers: [PASSPHRASE, 'not asked'], locked: undefined, unasked: 1 },
    { name: 'is asked again', answers: ['mistyped', PASSPHRASE], locked: undefined },
    { name: 'gives up', answers: [undefined, PASSPHRASE], locked: 'passphrase_missing', unasked: 1 },
    { name: 'is asked three times', answers: ['a', 'b', 'c', PASSPHRASE], locked: 'passphrase_wrong', unasked: 1 },
  ]) {
    test(name, async () => {
      const asked = await openAsking(answers)
      expect(asked.key.fault?.code).toBe(locked)
      expect(asked.unasked).toBe(unasked)
    })
  }

  test('who presses Ctrl-C stops the start', async () => {
    await using folder = await temporaryFolder()
    await createProtected(folder.path)
    const askSecret = () => Promise.reject(new Error('Interrupted'))
    await expect(openWith(folder.path, { askSecret })).rejects.toThrow('Interrupted')
  })

  test('is not asked for a key in the clear', async () => {
    await using folder = await temporaryFolder()
    await openWith(folder.path)
    await openWith(folder.path, { askSecret: () => Promise.reject(new Error('asked')) })
  })
})

describe('a locked key', () => {
  async function openLocked(path: string) {
    await createProtected(path)
    return openWith(path)
  }

  test('signs nothing, until it is unlocked', async () => {
    await using folder = await temporaryFolder()
    const { authority, key } = await openLocked(folder.path)
    const changes: boolean[] = []
    key.onChange(() => changes.push(key.isLocked))
    await expect(authority.issueDevice('d', 'u', {})).rejects.toMatchObject({ code: 'ca_locked' })
    await expect(key.sign(Buffer.from('tbs'))).rejects.toMatchObject({ code: 'ca_locked' })
    await key.unlock(PASSPHRASE)
    await key.unlock('whatever: it is unlocked')
    await authority.issueDevice('d', 'u', {})
    key.lock()
    await expect(authority.issueDevice('d', 'u', {})).rejects.toMatchObject({ code: 'ca_locked' })
    expect(changes).toEqual([false, true])
  })

  test('that is locked while it is being unlocked stays locked', async () => {
    await using folder = await temporaryFolder()
    const { key } = await openLocked(folder.path)
    const unlocking = key.unlock(PASSPHRASE)
    // In the turn in which the file is being read.
    await Promise.resolve()
    key.lock()
    await expect(unlocking).rejects.toMatchObject({ code: 'ca_locked' })
    expect(key.isLocked).toBe(true)
  })

  test('is unlocked with the passphrase that its file has by then', async () => {
    await using folder = await temporaryFolder()
    const { key } = await openLocked(folder.path)
    const path = join(folder.path, 'ca-key.pem')
    await encryptKeyFile(path, await openPrivateKey(await readKey(folder.path), path, PASSPHRASE), 'another passphrase')
    await expect(key.unlock(PASSPHRASE)).rejects.toMatchObject({ code: 'passphrase_wrong' })
    await key.unlock('another passphrase')
    expect(key.isLocked).toBe(false)
  })

  test('whose file has vanished says so', async () => {
    await using folder = await temporaryFolder()
    const { key } = await openLocked(folder.path)
    await rm(join(folder.path, 'ca-key.pem'))
    await expect(key.unlock(PASSPHRASE)).rejects.toMatchObject({ code: 'file_invalid' })
  })
})

test.skipIf(!hasOpenssl.available)(
  `a CA whose key openssl encrypted is adopted as it is ${hasOpenssl.reason}`,
  async () => {
    await using folder = await temporaryFolder()
    await createForeignCa(folder.path, { key: ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'] })
    const encrypt = ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout', `pass:${PASSPHRASE}`]
    await openssl(folder.path, ...encrypt, '-in', 'ca-key.pem', '-out', 'encrypted.pem')
    const text = await readFile(join(folder.path, 'encrypted.pem'), 'utf8')
    await writeFile(join(folder.path, 'ca-key.pem'), text)
    const locked = await openWith(folder.path)
    expect(locked.key.fault).toMatchObject({ code: 'passphrase_missing' })
    const { authority, key } = await openWith(folder.path, { passphrase: PASSPHRASE })
    expect(key).toMatchObject({ isLocked: false, isProtected: true })
    await authority.issueDevice('d', 'u', {})
    expect(isEncrypted(text)).toBe(true)
    expect(await readKey(folder.path)).toBe(text)
  },
)
