import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  exportKeyPair,
  exportPrivateKey,
  generateKeyPair,
  KEY_ALGORITHMS,
  parsePrivateKey,
} from '../../src/ca/key-pair.ts'
import { findSignatureAlgorithm } from '../../src/ca/signature-algorithm.ts'
import { publicJwkOf } from '../../src/key-thumbprint.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createForeignKey, hasOpenssl } from './openssl.ts'

describe('a generated key', () => {
  for (const keyAlgorithm of KEY_ALGORITHMS.filter((name) => name !== 'rsa-4096')) {
    test(`${keyAlgorithm}: is exported as PKCS#8 PEM, read back, and belongs to its public key`, async () => {
      const { publicKey, privateKey } = await generateKeyPair(keyAlgorithm)
      const pem = exportPrivateKey(privateKey)
      expect(exportKeyPair({ publicKey, privateKey })).toBe(pem)
      expect(publicJwkOf(publicKey)).toEqual(publicKey.export({ format: 'jwk' }))
      expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/)
      const signature = sign(null, Buffer.from('text'), parsePrivateKey(pem, 'x-key.pem'))
      expect(verify(null, Buffer.from('text'), publicKey, signature)).toBe(true)
    })
  }
})

describe.skipIf(!hasOpenssl.available)(`a key made by openssl ${hasOpenssl.reason}`, () => {
  for (const { name, args, algorithm } of [
    { name: 'RSA, PKCS#1', args: ['genrsa', '-traditional', '2048'], algorithm: 'RSASSA-PKCS1-v1_5' },
    { name: 'RSA, PKCS#8', args: ['genrsa', '2048'], algorithm: 'RSASSA-PKCS1-v1_5' },
    {
      name: 'P-256, SEC1 after its parameters',
      args: ['ecparam', '-name', 'prime256v1', '-genkey'],
      algorithm: 'ECDSA',
    },
    { name: 'P-384, SEC1 alone', args: ['ecparam', '-name', 'secp384r1', '-genkey', '-noout'], algorithm: 'ECDSA' },
    {
      name: 'P-521, PKCS#8',
      args: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
      algorithm: 'ECDSA',
    },
    { name: 'Ed25519, PKCS#8', args: ['genpkey', '-algorithm', 'ED25519'], algorithm: 'Ed25519' },
  ]) {
    test(`ok/${name}: is read and can sign`, async () => {
      await using folder = await temporaryFolder()
      const key = parsePrivateKey(await createForeignKey(folder.path, args), 'key.pem')
      expect(createPublicKey(key).asymmetricKeyType).toBe(key.asymmetricKeyType)
      expect(findSignatureAlgorithm(key)?.name).toBe(algorithm)
    })
  }

  for (const { name, args, sentence } of [
    {
      name: 'PKCS#8',
      args: ['genpkey', '-algorithm', 'ED25519', '-aes256', '-pass', 'pass:x'],
      sentence: /is encrypted, which only the CA's key may be/,
    },
    {
      name: 'PKCS#1',
      args: ['genrsa', '-traditional', '-aes256', '-passout', 'pass:x', '2048'],
      sentence: /is encrypted, which only the CA's key may be/,
    },
    { name: 'curve', args: ['ecparam', '-name', 'secp256k1', '-genkey'], sentence: /not supported \(secp256k1\)/ },
    { name: 'Ed448', args: ['genpkey', '-algorithm', 'ED448'], sentence: /not supported \(ed448\)/ },
    { name: 'RSA-1024', args: ['genrsa', '1024'], sentence: /RSA key of 1024 bits/ },
    {
      name: 'RSA-PSS',
      args: ['genpkey', '-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'],
      sentence: /not supported/,
    },
  ]) {
    test(`refused/${name}: names the file and the way out`, async () => {
      await using folder = await temporaryFolder()
      const text = await createForeignKey(folder.path, args)
      expect(() => parsePrivateKey(text, '/certs/ca-key.pem')).toThrow(
        expect.objectContaining({ code: 'file_invalid', message: expect.stringMatching(sentence) }),
      )
      expect(() => parsePrivateKey(text, '/certs/ca-key.pem')).toThrow(/\/certs\/ca-key\.pem/)
    })
  }
})

describe('a damaged key', () => {
  const pem = exportPrivateKey(generateKeyPairSync('ed25519').privateKey)
  for (const { name, text } of [
    { name: 'empty', text: '' },
    { name: 'something else', text: 'hello' },
    { name: 'cut short', text: pem.slice(0, -30) },
    { name: 'cut in its base64', text: pem.replace(/^MC4.{20}/m, '') },
    { name: 'not base64 at all', text: pem.replace(/^M.*$/m, '!!!!') },
  ]) {
    test(`refused/${name}: file_invalid with the path, and nothing of the key`, () => {
      const read = () => parsePrivateKey(text, '/certs/server-key.pem')
      expect(read).toThrow(expect.objectContaining({ code: 'file_invalid' }))
      expect(read).toThrow(/\/certs\/server-key\.pem/)
      expect(read).not.toThrow(/MC4C/)
    })
  }
})
