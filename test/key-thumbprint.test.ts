import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { notePublicJwk, publicJwkOf, thumbprintOf } from '../src/key-thumbprint.ts'

test('is that of RFC 7638 §3.1 for its key', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  const key = createPublicKey({ format: 'jwk', key: { kty: 'RSA', e: 'AQAB', n } })
  expect(thumbprintOf(key)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
})

test('is the same for a key whose point is compressed', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const [x, last] = [spki.subarray(27, 59), spki.at(-1) ?? 0]
  // RFC 5480 §2.2: 02 or 03, by whether y is even, and x alone.
  const head = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex')
  const compressed = Buffer.concat([head, Buffer.of(2 + (last & 1)), x])
  expect(thumbprintOf(createPublicKey({ key: compressed, format: 'der', type: 'spki' }))).toBe(thumbprintOf(publicKey))
})

test('the members of a public key are read once, as Node tells them', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicJwkOf(publicKey)
  expect(jwk).toEqual(publicKey.export({ format: 'jwk' }))
  expect(publicJwkOf(publicKey)).toBe(jwk)
})

test('of a private key that is noted with its public one, the secret number is left out', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  notePublicJwk(publicKey, privateKey.export({ format: 'jwk' }))
  expect(publicJwkOf(publicKey)).toEqual(publicKey.export({ format: 'jwk' }))
})
