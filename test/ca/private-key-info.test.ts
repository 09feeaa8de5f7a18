import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { encodeEcPrivateKey } from '../../src/ca/private-key-info.ts'

for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
  test(`a private key on ${namedCurve} is written as OpenSSL writes it, numbers that begin with zeros too`, () => {
    for (let count = 0; count < 300; count++) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve })
      const encoded = encodeEcPrivateKey(privateKey.export({ format: 'jwk' }))
      expect(encoded?.toString('hex')).toBe(privateKey.export({ type: 'pkcs8', format: 'der' }).toString('hex'))
    }
  })
}

test('a key of another curve, or without its private number, is left to OpenSSL', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  expect(encodeEcPrivateKey(privateKey.export({ format: 'jwk' }))).toBeUndefined()
  expect(encodeEcPrivateKey(publicKey.export({ format: 'jwk' }))).toBeUndefined()
  const usual = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  expect(encodeEcPrivateKey(usual.export({ format: 'jwk' }))).toBeUndefined()
})
