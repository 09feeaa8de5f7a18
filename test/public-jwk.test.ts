import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { notePublicJwk, publicJwkOf } from '../src/public-jwk.ts'

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
