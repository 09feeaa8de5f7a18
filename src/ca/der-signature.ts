import { type KeyObject, sign as signWithCallback } from 'node:crypto'
import { promisify } from 'node:util'
import { derBitString, derOid, derSequence } from './der.ts'
import { signatureAlgorithmOf } from './key-pair.ts'

const sign = promisify(signWithCallback)

/** The octets of each OID: RFC 5758 §3.2, RFC 4055 §5, RFC 8410 §3. */
const ECDSA_OIDS = {
  'SHA-256': '2a8648ce3d040302',
  'SHA-384': '2a8648ce3d040303',
  'SHA-512': '2a8648ce3d040304',
} as const
const RSA_SHA256_OID = '2a864886f70d01010b'
const ED25519_OID = '2b6570'
const NULL = Buffer.from([0x05, 0x00])

/** AlgorithmIdentifier of the signatures of this key: RFC 5280 §4.1.1.2. */
export function derSignatureAlgorithm(privateKey: KeyObject): Buffer<ArrayBuffer> {
  const algorithm = signatureAlgorithmOf(privateKey)
  switch (algorithm.name) {
    case 'ECDSA':
      return derSequence(derOid(ECDSA_OIDS[algorithm.hash]))
    case 'RSASSA-PKCS1-v1_5':
      return derSequence(derOid(RSA_SHA256_OID), NULL)
    case 'Ed25519':
      return derSequence(derOid(ED25519_OID))
  }
}

/** The signature as the BIT STRING that stands behind its algorithm; made outside of the event loop. */
export async function derSignature(contents: Uint8Array, privateKey: KeyObject): Promise<Buffer<ArrayBuffer>> {
  const algorithm = signatureAlgorithmOf(privateKey)
  // Ed25519 has its digest built in: RFC 8032 §5.1. Of an EC key it is the SEQUENCE of RFC 3279 §2.2.3.
  const digest = 'hash' in algorithm ? algorithm.hash : null
  return derBitString(await sign(digest, contents, privateKey))
}
