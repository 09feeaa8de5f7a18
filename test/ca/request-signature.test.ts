import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { derInteger, derNull, derObjectIdentifier, derSequence, encodeDer } from '../../src/ca/der.ts'
import { isSignedWith } from '../../src/ca/request-signature.ts'

const TEXT = Buffer.from('what a device says of itself')
const KEYS = {
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: generateKeyPairSync('ed25519'),
} as const

const algorithmOf = (oid: string, ...parameters: readonly Buffer[]): Buffer =>
  Buffer.concat([derObjectIdentifier(oid), ...parameters])

for (const { oid, type, digest } of [
  { oid: '1.2.840.10045.4.1', type: 'ec', digest: 'SHA1' },
  { oid: '1.2.840.10045.4.3.2', type: 'ec', digest: 'SHA256' },
  { oid: '1.2.840.10045.4.3.3', type: 'ec', digest: 'SHA384' },
  { oid: '1.2.840.10045.4.3.4', type: 'ec', digest: 'SHA512' },
  { oid: '1.2.840.113549.1.1.5', type: 'rsa', digest: 'SHA1' },
  { oid: '1.2.840.113549.1.1.11', type: 'rsa', digest: 'SHA256' },
  { oid: '1.2.840.113549.1.1.12', type: 'rsa', digest: 'SHA384' },
  { oid: '1.2.840.113549.1.1.13', type: 'rsa', digest: 'SHA512' },
  { oid: '1.3.101.112', type: 'ed25519', digest: null },
] as const) {
  test(`${oid} shows that its sender holds the key, and a changed text does not`, () => {
    const { publicKey, privateKey } = KEYS[type]
    const signed = { text: TEXT, algorithm: algorithmOf(oid, derNull()), signature: sign(digest, TEXT, privateKey) }
    expect(isSignedWith(publicKey, signed)).toBe(true)
    expect(isSignedWith(publicKey, { ...signed, text: Buffer.from('what another says') })).toBe(false)
    const others = Object.entries(KEYS).filter(([other]) => other !== type)
    for (const [, other] of others) expect(isSignedWith(other.publicKey, signed)).toBe(false)
  })
}

const RSASSA_PSS = '1.2.840.113549.1.1.10'
const SHA256 = '2.16.840.1.101.3.4.2.1'

function signByPss(privateKey: KeyObject, digest: string): Buffer {
  return sign(digest, TEXT, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
}

test('RSASSA-PSS is verified by the digest that its parameters name, SHA-1 where they name none', () => {
  const { publicKey, privateKey } = KEYS.rsa
  const named = derSequence(
    encodeDer(0xa0, derSequence(derObjectIdentifier(SHA256))),
    encodeDer(0xa2, derInteger('20')),
  )
  const [bySha256, bySha1] = [signByPss(privateKey, 'SHA256'), signByPss(privateKey, 'SHA1')]
  const isSigned = (parameters: Buffer, signature: Buffer): boolean =>
    isSignedWith(publicKey, { text: TEXT, algorithm: algorithmOf(RSASSA_PSS, parameters), signature })
  expect(isSigned(named, bySha256)).toBe(true)
  expect(isSigned(derSequence(), bySha1)).toBe(true)
  expect(isSigned(named, bySha1)).toBe(false)
  expect(isSigned(derSequence(), bySha256)).toBe(false)
  const md5 = derSequence(encodeDer(0xa0, derSequence(derObjectIdentifier('1.2.840.113549.2.5'))))
  expect(isSigned(md5, bySha256)).toBe(false)
})

test('nothing is shown by an algorithm that nobody has, by no DER, or by a signature that is none', () => {
  const { publicKey, privateKey } = KEYS.ec
  const signature = sign('SHA256', TEXT, privateKey)
  const pss = algorithmOf(RSASSA_PSS, derSequence())
  for (const algorithm of [algorithmOf('1.2.3'), Buffer.alloc(0), Buffer.from([0x30, 0x80]), pss]) {
    expect(isSignedWith(publicKey, { text: TEXT, algorithm, signature })).toBe(false)
  }
  const algorithm = algorithmOf('1.2.840.10045.4.3.2')
  expect(isSignedWith(publicKey, { text: TEXT, algorithm, signature: Buffer.alloc(0) })).toBe(false)
})
