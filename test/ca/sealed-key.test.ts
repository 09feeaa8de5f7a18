import { argon2Sync, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isSealed, parseSealedKey, sealKey, unsealKey } from '../../src/ca/sealed-key.ts'
import { thumbprintOf } from '../../src/key-thumbprint.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hasOpenssl, openssl } from './openssl.ts'

const PATH = '/certs/ca-key.pem'
const PASSPHRASE = 'correct horse battery staple'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const sealed = await sealKey(privateKey, PASSPHRASE)

describe('a sealed key', () => {
  test('is opened by its passphrase', async () => {
    expect(isSealed(sealed)).toBe(true)
    expect((await unsealKey(sealed, PATH, PASSPHRASE)).equals(privateKey)).toBe(true)
  })

  test('tells in the clear how it is sealed and whose key it is, and nothing else', () => {
    const { ciphertext, ...rest } = parseSealedKey(sealed, PATH)
    expect(rest).toMatchObject({
      thumbprint: thumbprintOf(publicKey),
      derivation: { memoryKib: 65_536, passes: 3, lanes: 4 },
    })
    expect(ciphertext.includes(privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(40, 60))).toBe(false)
    expect(sealed).not.toContain(PASSPHRASE)
  })

  test('of the same key and passphrase is another text each time', async () => {
    const again = parseSealedKey(await sealKey(privateKey, PASSPHRASE), PATH)
    const { salt, nonce } = parseSealedKey(sealed, PATH)
    expect(again.salt.equals(salt)).toBe(false)
    expect(again.nonce.equals(nonce)).toBe(false)
  })

  test('takes the same letters however they are composed', async () => {
    const text = await sealKey(privateKey, 'pa\u00dfwort \u00e9t\u00e9')
    expect((await unsealKey(text, PATH, 'pa\u00dfwort e\u0301te\u0301')).equals(privateKey)).toBe(true)
  })

  test('survives a copy through a Windows machine', async () => {
    expect((await unsealKey(sealed.replaceAll('\n', '\r\n'), PATH, PASSPHRASE)).equals(privateKey)).toBe(true)
  })

  test('refused/a short passphrase', async () => {
    await expect(sealKey(privateKey, 'seven77')).rejects.toMatchObject({ code: 'passphrase_weak' })
  })

  for (const { name, text, passphrase = PASSPHRASE } of [
    { name: 'another passphrase', text: sealed, passphrase: 'correct horse battery staples' },
    { name: 'an empty passphrase', text: sealed, passphrase: '' },
    { name: 'one letter changed', text: sealed.replace(/\n\n(.)/, (_, first) => `\n\n${first === 'A' ? 'B' : 'A'}`) },
    { name: 'cheaper passes written into it', text: sealed.replace('t=3', 't=2') },
    {
      name: 'the name of another key written into it',
      text: sealed.replace(/Public-Key: ./, (found) => `Public-Key: ${found.endsWith('A') ? 'B' : 'A'}`),
    },
  ]) {
    test(`refused/${name}: passphrase_wrong, with the file and without the passphrase`, async () => {
      const error = await unsealKey(text, PATH, passphrase).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'passphrase_wrong', message: expect.stringContaining(PATH) })
      if (passphrase !== '') expect(error.message).not.toContain(passphrase)
    })
  }

  for (const { name, text } of [
    { name: 'cut short', text: sealed.slice(0, -60) },
    { name: 'without a body', text: sealed.replace(/\n\n[^-]+/, '\n\n') },
    { name: 'a header that is missing', text: sealed.replace(/Cipher.*\n/, '') },
    { name: 'more memory than a machine has', text: sealed.replace('m=65536', 'm=9999999') },
    { name: 'no passes at all', text: sealed.replace('t=3', 't=0') },
    { name: 'no memory for its lanes', text: sealed.replace('m=65536', 'm=16') },
  ]) {
    test(`refused/${name}: file_invalid`, () => {
      expect(() => parseSealedKey(text, PATH)).toThrow(expect.objectContaining({ code: 'file_invalid' }))
    })
  }

  test('refused/a newer version says so', () => {
    expect(() => parseSealedKey(sealed.replace('Version: 1', 'Version: 2'), PATH)).toThrow(/newer Signet \(version 2\)/)
  })
})

test.skipIf(!hasOpenssl.available)(`is read without Signet, as docs/ca-key.md says ${hasOpenssl.reason}`, async () => {
  await using folder = await temporaryFolder()
  const { salt, nonce, ciphertext, derivation } = parseSealedKey(sealed, PATH)
  const { memoryKib: memory, passes, lanes: parallelism } = derivation
  // What `openssl kdf ... ARGON2ID` prints from OpenSSL 3.2 on.
  const message = Buffer.from(PASSPHRASE)
  const key = argon2Sync('argon2id', { message, nonce: salt, memory, passes, parallelism, tagLength: 32 })
  await writeFile(join(folder.path, 'body'), ciphertext.subarray(0, -16))
  // GCM is counter mode, whose first block of text has the number 2: NIST SP 800-38D §7.1.
  const how = ['enc', '-d', '-aes-256-ctr', '-K', key.toString('hex'), '-iv', `${nonce.toString('hex')}00000002`]
  await openssl(folder.path, ...how, '-in', 'body', '-out', 'key.der')
  const pem = await openssl(folder.path, 'pkey', '-inform', 'DER', '-in', 'key.der')
  expect(createPrivateKey(pem).equals(privateKey)).toBe(true)
})
