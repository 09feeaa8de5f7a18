import { generateKeyPairSync, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { createTimeSigner } from '../../src/ca/time-signer.ts'

test.each([
  { name: 'P-256', keys: generateKeyPairSync('ec', { namedCurve: 'P-256' }), digest: 'sha256' },
  { name: 'RSA', keys: generateKeyPairSync('rsa', { modulusLength: 2048 }), digest: 'sha256' },
  { name: 'Ed25519', keys: generateKeyPairSync('ed25519'), digest: null },
])('a text signed with an $name server key verifies under its public key', ({ keys, digest }) => {
  const keyPem = String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const sign = createTimeSigner(() => ({ keyPem, certificatePem: 'the certificate' }))
  const { signature, certificate } = sign('signet-time-1\nnonce\n2026-11-22T00:00:00.000Z')
  expect(certificate).toBe('the certificate')
  const isGood = (text: string): boolean =>
    verify(digest, Buffer.from(text), keys.publicKey, Buffer.from(signature, 'base64'))
  expect(isGood('signet-time-1\nnonce\n2026-11-22T00:00:00.000Z')).toBe(true)
  expect(isGood('signet-time-1\nnonce\n2027-11-22T00:00:00.000Z')).toBe(false)
})
