import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { decodeKey, encodeKey, readSubjectPublicKey } from '../../src/ca/subject-public-key.ts'
import { publicJwkOf } from '../../src/key-thumbprint.ts'

const derOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const byOpenssl = (key: KeyObject): string => derOf(key).toString('hex')

for (const namedCurve of ['P-256', 'P-384', 'P-521', 'secp256k1']) {
  test(`a key on ${namedCurve} is written as OpenSSL writes it, coordinates that begin with zeros too`, () => {
    for (let count = 0; count < 300; count++) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve })
      expect(encodeKey(publicKey).toString('hex')).toBe(byOpenssl(publicKey))
    }
  })
}

for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
  test(`a key on ${namedCurve} is read as OpenSSL reads it, coordinates that begin with zeros too`, () => {
    for (let count = 0; count < 100; count++) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve })
      const read = decodeKey(derOf(publicKey))
      expect(read.equals(publicKey)).toBe(true)
      expect(publicJwkOf(read)).toEqual(publicKey.export({ format: 'jwk' }))
    }
  })
}

test('a point that is not on its curve is no key', () => {
  const der = derOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
  der.fill(1, der.length - 32)
  expect(() => decodeKey(der)).toThrow()
})

for (const [name, { publicKey }] of [
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['Ed25519', generateKeyPairSync('ed25519')],
] as const) {
  test(`a key of ${name} is written as OpenSSL writes it`, () => {
    expect(encodeKey(publicKey).toString('hex')).toBe(byOpenssl(publicKey))
  })

  test(`a key of ${name} is read as OpenSSL reads it`, () => {
    const read = decodeKey(derOf(publicKey))
    expect(publicJwkOf(read)).toEqual(publicKey.export({ format: 'jwk' }))
  })
}

test('a point that came compressed is written out', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const whole = publicKey.export({ type: 'spki', format: 'der' })
  const point = whole.subarray(-64)
  const compressed = Buffer.concat([Buffer.from([0x02 + ((point.at(-1) ?? 0) & 1)]), point.subarray(0, 32)])
  // Of the SubjectPublicKeyInfo the two lengths are shorter by the 32 octets of y.
  const der = Buffer.concat([whole.subarray(0, -65), compressed])
  der.writeUInt8(der.readUInt8(1) - 32, 1)
  der.writeUInt8(der.readUInt8(der.length - 35) - 32, der.length - 35)
  const read = decodeKey(der)
  expect(publicJwkOf(read)).toEqual(publicKey.export({ format: 'jwk' }))
  expect(encodeKey(read)).toEqual(whole)
  // A CA is known by the hash of its key as its own certificate has it.
  const octets = readSubjectPublicKey({ publicKey: read })
  expect(octets).toEqual(compressed)
})
