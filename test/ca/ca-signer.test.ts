import { generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createKeySigner } from '../../src/ca/ca-signer.ts'
import { generateKeyPair, KEY_ALGORITHMS } from '../../src/ca/key-pair.ts'

describe('a key in memory', () => {
  for (const keyAlgorithm of KEY_ALGORITHMS) {
    test(`ok/${keyAlgorithm}: signs as certificates carry it`, async () => {
      const { privateKey, publicKey } = await generateKeyPair(keyAlgorithm)
      const signer = createKeySigner(privateKey)
      expect(signer.publicKey.equals(publicKey)).toBe(true)
      const text = Buffer.from('to be signed')
      const digest = keyAlgorithm === 'ed25519' ? null : 'sha256'
      expect(verify(digest, text, publicKey, await signer.sign(text))).toBe(true)
    })
  }

  test('of a kind that signs no certificates is a mistake of the program', () => {
    expect(() => createKeySigner(generateKeyPairSync('x25519').privateKey)).toThrow(TypeError)
  })
})
