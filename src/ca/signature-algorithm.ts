import type { KeyObject } from 'node:crypto'
import { derOid, derSequence } from './der.ts'

const ALGORITHMS = {
  prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ed25519: { name: 'Ed25519' },
} as const

/** As WebCrypto names it. */
export type SignatureAlgorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS]

/** What certificates carry that are signed with this key, public or private; none: keys of its kind sign none. */
export function findSignatureAlgorithm(key: KeyObject): SignatureAlgorithm | undefined {
  const name = key.asymmetricKeyType === 'ec' ? key.asymmetricKeyDetails?.namedCurve : key.asymmetricKeyType
  return Object.entries(ALGORITHMS).find(([known]) => known === name)?.[1]
}

/** The octets of each OID: RFC 5758 §3.2, RFC 4055 §5, RFC 8410 §3. */
const ECDSA_OIDS = {
  'SHA-256': '2a8648ce3d040302',
  'SHA-384': '2a8648ce3d040303',
  'SHA-512': '2a8648ce3d040304',
} as const
const RSA_SHA256_OID = '2a864886f70d01010b'
const ED25519_OID = '2b6570'
const NULL = Buffer.from([0x05, 0x00])

/** RFC 5280 §4.1.1.2, DER. */
export function encodeAlgorithmIdentifier(algorithm: SignatureAlgorithm): Buffer<ArrayBuffer> {
  switch (algorithm.name) {
    case 'ECDSA':
      return derSequence(derOid(ECDSA_OIDS[algorithm.hash]))
    case 'RSASSA-PKCS1-v1_5':
      return derSequence(derOid(RSA_SHA256_OID), NULL)
    case 'Ed25519':
      return derSequence(derOid(ED25519_OID))
  }
}
