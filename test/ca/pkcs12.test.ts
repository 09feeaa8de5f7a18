import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CertificateAuthority, IssuedKeyPair } from '../../src/ca/authority.ts'
import { KEY_ALGORITHMS } from '../../src/ca/key-pair.ts'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { createPkcs12 } from '../../src/ca/pkcs12.ts'
import { systemClock } from '../../src/clock.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let authority: CertificateAuthority
beforeAll(async () => {
  authority = await createMemoryAuthority(systemClock)
})

function contentsOf({ certificatePem, privateKeyPem }: IssuedKeyPair, caCertificatesPem = authority.caCertificatePem) {
  return { name: 'pump:1', certificatePem, privateKeyPem, caCertificatesPem }
}

/** What OpenSSL tells of a file, key and certificates included. */
async function readWithOpenssl(octets: Uint8Array, password: string): Promise<string> {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'store.p12'), octets)
  await writeFile(join(folder.path, 'password'), password)
  const line = 'openssl pkcs12 -in store.p12 -passin file:password -info -noenc'
  const { code, stdout, stderr } = await runProgram(line, { cwd: folder.path })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return stdout + stderr
}

describe('a PKCS#12 file', () => {
  for (const keyAlgorithm of KEY_ALGORITHMS.filter((name) => name !== 'rsa-3072' && name !== 'rsa-4096')) {
    test(`with a key of ${keyAlgorithm} is taken by Node under its password alone`, async () => {
      const pfx = await createPkcs12(
        contentsOf(await authority.issueDevice('pump:1', 'ann', { keyAlgorithm })),
        'correct horse',
      )
      expect(() => createSecureContext({ pfx, passphrase: 'correct horse' })).not.toThrow()
      expect(() => createSecureContext({ pfx, passphrase: 'correct hors' })).toThrow(/mac verify failure/)
    })
  }

  test('holds the key, its certificate by name, and each CA once, as OpenSSL reads it', async (context) => {
    needPrograms(context, 'openssl')
    const leaf = await authority.issueDevice('pump:1', 'ann', {})
    const twice = authority.caCertificatePem + authority.caCertificatePem
    const told = await readWithOpenssl(await createPkcs12(contentsOf(leaf, twice), 'correct horse'), 'correct horse')
    expect(told).toContain(leaf.certificatePem.trim())
    expect(told).toContain(leaf.privateKeyPem.trim())
    expect(told.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    expect(told.match(/friendlyName: pump:1/g)).toHaveLength(2)
    const [one, other] = [...told.matchAll(/localKeyID: ([0-9A-F ]+)/g)].map(([, id]) => id)
    expect(one).toBe(other)
  })

  test('is as strong as it can be read: AES-256, PBKDF2 and SHA-256, 100,000 rounds each', async (context) => {
    needPrograms(context, 'openssl')
    const leaf = await authority.issueDevice('pump:1', 'ann', {})
    const told = await readWithOpenssl(await createPkcs12(contentsOf(leaf), 'correct horse'), 'correct horse')
    expect(told).toContain('MAC: sha256, Iteration 100000')
    expect(told).toContain('PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256')
    expect(told).toContain('Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256')
  })

  for (const password of ['пароль-насоса', 'emoji 😀 and ü', `${'x'.repeat(128)}`, ' spaces kept ']) {
    test(`takes the password ${JSON.stringify(password.slice(0, 20))} as OpenSSL and Node do`, async (context) => {
      const pfx = await createPkcs12(contentsOf(await authority.issueDevice('pump:1', 'ann', {})), password)
      expect(() => createSecureContext({ pfx, passphrase: password })).not.toThrow()
      needPrograms(context, 'openssl')
      expect(await readWithOpenssl(pfx, password)).toContain('BEGIN PRIVATE KEY')
    })
  }

  test('is another each time: salts and vectors are drawn anew', async () => {
    const contents = contentsOf(await authority.issueDevice('pump:1', 'ann', {}))
    const [one, other] = await Promise.all([
      createPkcs12(contents, 'correct horse'),
      createPkcs12(contents, 'correct horse'),
    ])
    expect(one.equals(other ?? one)).toBe(false)
  })
})
