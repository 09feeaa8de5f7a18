import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createKeySigner, encodeSigned } from '../../src/ca/ca-signer.ts'
import { derInteger, derObjectIdentifier, derSequence } from '../../src/ca/der.ts'
import { encodeCommonName } from '../../src/ca/distinguished-name.ts'
import { generateKeyPair } from '../../src/ca/key-pair.ts'
import { readSigningRequest } from '../../src/ca/signing-request.ts'
import { encodeKey } from '../../src/ca/subject-public-key.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hasOpenssl, openssl } from './openssl.ts'

const PEM = '-----BEGIN'

describe.skipIf(!hasOpenssl.available)('a request that openssl made', () => {
  for (const { name, key, complaint } of [
    { name: 'ok/RSA of 2048 bits', key: ['-newkey', 'rsa:2048'] },
    { name: 'ok/P-256', key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] },
    { name: 'ok/P-384', key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'] },
    { name: 'ok/Ed25519', key: ['-newkey', 'ed25519'] },
    { name: 'refused/RSA of 1024 bits', key: ['-newkey', 'rsa:1024'], complaint: /RSA key of 1024 bits/ },
    {
      name: 'refused/RSA with the exponent 3',
      key: ['-newkey', 'rsa:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'],
      complaint: /exponent 3/,
    },
    {
      name: 'refused/P-521',
      key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
      complaint: /not certified \(secp521r1\)/,
    },
    {
      name: 'refused/secp256k1',
      key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
      complaint: /not certified \(secp256k1\)/,
    },
    { name: 'refused/Ed448', key: ['-newkey', 'ed448'], complaint: /not certified \(ed448\)/ },
  ]) {
    test(name, async () => {
      await using folder = await temporaryFolder()
      const args = ['-nodes', '-keyout', 'key.pem', '-subj', '/CN=pump']
      for (const form of ['PEM', 'DER']) {
        await openssl(folder.path, 'req', '-new', ...key, ...args, '-outform', form, '-out', 'csr')
        const read = readSigningRequest(await readFile(join(folder.path, 'csr')))
        if (complaint) {
          await expect(read).rejects.toMatchObject({
            code: 'key_not_allowed',
            message: expect.stringMatching(complaint),
          })
        } else {
          const own = await openssl(folder.path, 'pkey', '-in', 'key.pem', '-pubout')
          expect((await read).publicKey.export({ type: 'spki', format: 'pem' })).toBe(own)
        }
      }
    })
  }
})

describe('no request', () => {
  test('is one whose signature is that of another key', async () => {
    const { csr } = await createSigningRequest('pump')
    const der = Buffer.from(csr.replaceAll(/-----.*-----|\s/g, ''), 'base64')
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' })
    const at = der.indexOf(key.subarray(0, 27))
    const exchanged = Buffer.concat([der.subarray(0, at), key, der.subarray(at + key.length)])
    await expect(readSigningRequest(exchanged)).rejects.toMatchObject({
      code: 'csr_invalid',
      message: expect.stringMatching(/not signed/),
    })
  })

  for (const { name, octets } of [
    { name: 'nothing', octets: '' },
    { name: 'a text', octets: 'please' },
    { name: 'an empty block', octets: `${PEM} CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n` },
    { name: 'a sequence of nothing', octets: '\x30\x00' },
  ]) {
    test(`is ${name}`, async () => {
      await expect(readSigningRequest(Buffer.from(octets))).rejects.toMatchObject({ code: 'csr_invalid' })
    })
  }

  test('is one cut short at any octet', async () => {
    const { csr } = await createSigningRequest('pump')
    const der = Buffer.from(csr.replaceAll(/-----.*-----|\s/g, ''), 'base64')
    for (let length = 1; length < der.length; length += 7) {
      await expect(readSigningRequest(der.subarray(0, length))).rejects.toMatchObject({ code: 'csr_invalid' })
    }
  })

  test('is one of which any octet was changed, or that something follows', async () => {
    const { csr } = await createSigningRequest('pump')
    const der = Buffer.from(csr.replaceAll(/-----.*-----|\s/g, ''), 'base64')
    for (let at = 0; at < der.length; at++) {
      const changed = Buffer.from(der)
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at)
      const code = expect.stringMatching(/^(?:csr_invalid|key_not_allowed)$/)
      await expect(readSigningRequest(changed), `octet ${at}`).rejects.toMatchObject({ code })
    }
    const followed = readSigningRequest(Buffer.concat([der, Buffer.from([0])]))
    await expect(followed).rejects.toMatchObject({ code: 'csr_invalid' })
  })
})

test('a request without the attributes that it has none of is read, and so is one whose subject is empty', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ec-p256')
  for (const subject of [encodeCommonName('pump'), derSequence()]) {
    const text = derSequence(derInteger('0'), subject, encodeKey(publicKey))
    const { commonNames } = await readSigningRequest(await encodeSigned(text, createKeySigner(privateKey)))
    expect(commonNames).toEqual(subject.length > 2 ? ['pump'] : [])
  }
})

test('a request is read, or refused by name, whose key only OpenSSL takes for DER', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ec-p256')
  const algorithm = derSequence(derObjectIdentifier('1.2.840.10045.2.1'), derObjectIdentifier('1.2.840.10045.3.1.7'))
  const key = encodeKey(publicKey)
  // A length of 19 in two octets, X.690 §8.1.3.5, where DER has one.
  const long = Buffer.concat([Buffer.from([0x30, 0x81]), algorithm.subarray(1)])
  const odd = derSequence(Buffer.concat([long, key.subarray(2 + algorithm.length)]))
  const text = derSequence(derInteger('0'), encodeCommonName('pump'), odd)
  const signed = await encodeSigned(text, createKeySigner(privateKey))
  expect((await readSigningRequest(signed)).publicKey.equals(publicKey)).toBe(true)
  const another = await generateKeyPair('ec-p256')
  const forged = await encodeSigned(text, createKeySigner(another.privateKey))
  await expect(readSigningRequest(forged)).rejects.toMatchObject({ code: 'csr_invalid' })
})
