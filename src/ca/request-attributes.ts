import { derInteger, derObjectIdentifier, derSequence, derSet } from './der.ts'

const EC_KEY = '1.2.840.10045.2.1'
const RSA_KEY = '1.2.840.113549.1.1.1'
const ECDSA_WITH_SHA256 = derObjectIdentifier('1.2.840.10045.4.3.2')
const ECDSA_WITH_SHA384 = derObjectIdentifier('1.2.840.10045.4.3.3')
const SHA256_WITH_RSA = derObjectIdentifier('1.2.840.113549.1.1.11')
const ED25519 = derObjectIdentifier('1.3.101.112')

const ATTRIBUTES: ReadonlyMap<string, readonly Buffer<ArrayBuffer>[]> = new Map([
  ['ec-p256', [keyOf(EC_KEY, derObjectIdentifier('1.2.840.10045.3.1.7')), ECDSA_WITH_SHA256]],
  ['ec-p384', [keyOf(EC_KEY, derObjectIdentifier('1.3.132.0.34')), ECDSA_WITH_SHA384]],
  ['rsa-2048', [keyOf(RSA_KEY, derInteger('0800')), SHA256_WITH_RSA]],
  ['rsa-3072', [keyOf(RSA_KEY, derInteger('0c00')), SHA256_WITH_RSA]],
  ['rsa-4096', [keyOf(RSA_KEY, derInteger('1000')), SHA256_WITH_RSA]],
  ['ed25519', [ED25519]],
])

/** RFC 7030 §4.5.2: CsrAttrs, the kinds of keys and signatures that a request may have, the first one first. */
export function encodeRequestAttributes(keyAlgorithms: readonly string[]): Buffer<ArrayBuffer> {
  return derSequence(...new Set(keyAlgorithms.flatMap((name) => ATTRIBUTES.get(name) ?? [])))
}

function keyOf(kind: string, parameter: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  return derSequence(derObjectIdentifier(kind), derSet(parameter))
}
