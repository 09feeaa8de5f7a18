import type { JsonWebKey } from 'node:crypto'
import { derBitString, derInteger, derOctetString, derSequence, encodeDer } from './der.ts'
import { readEcKey } from './subject-public-key.ts'

// RFC 5958 §2: version v1; RFC 5915 §3: ecPrivkeyVer1
const PKCS8_VERSION = derInteger('0')
const EC_VERSION = derInteger('1')

/** PKCS#8 (RFC 5958) of an EC key, DER; nothing of a curve that is not certified. OpenSSL takes as long for it as for a signature. */
export function encodeEcPrivateKey(jwk: JsonWebKey): Buffer | undefined {
  const key = readEcKey(jwk)
  if (!key || jwk.d === undefined) return undefined
  const { algorithm, point } = key
  // RFC 5915 §3: the curve is named by the algorithm alone; RFC 7518 §6.2.2.1: the number has its full length
  const number = derOctetString(Buffer.from(jwk.d, 'base64url'))
  const ecPrivateKey = derSequence(EC_VERSION, number, encodeDer(0xa1, derBitString(point)))
  return derSequence(PKCS8_VERSION, algorithm, derOctetString(ecPrivateKey))
}
