import type { KeyObject } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { derOid, derSequence } from './der.ts'
import { DerReader } from './der-reader.ts'
import { readCommonNames } from './distinguished-name.ts'
import { isSignedWith, type Signed } from './request-signature.ts'
import { decodeKey } from './subject-public-key.ts'

/** What is taken from a PKCS#10 request; nothing else in it counts. */
export interface SigningRequest {
  readonly publicKey: KeyObject
  /** The whole request. */
  readonly der: Buffer
  /** Of its subject, in their order; for who must know whom the request is for. */
  readonly commonNames: readonly string[]
}

const PEM = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----/
const BASE64 = /^[A-Za-z0-9+/=\s]+$/

/**
 * Reads a PKCS#10 request (RFC 2986): PEM, DER, or base64 of the DER (RFC 7030 §4.2.1). Throws `csr_invalid`, also where
 * the signature does not show that its sender holds the private key, and `key_not_allowed`.
 */
export async function readSigningRequest(octets: Uint8Array): Promise<SigningRequest> {
  const der = readDer(octets)
  const { commonNames, subjectPublicKeyInfo, signed } = parseRequest(der)
  const publicKey = readPublicKey(subjectPublicKeyInfo)
  const weakness = isUsual(subjectPublicKeyInfo) ? undefined : readWeakness(publicKey)
  if (weakness !== undefined) throw new DomainError('key_not_allowed', `The key of the request ${weakness}`)
  if (isSignedWith(publicKey, signed)) return { publicKey, der, commonNames }
  throw new DomainError(
    'csr_invalid',
    'The request is not signed with its own key: make it anew (openssl req -new -key)',
  )
}

function readDer(octets: Uint8Array): Buffer {
  const text = Buffer.from(octets).toString('latin1')
  // DER is never taken for base64: the version of a request, which is zero, stands in it as octets that base64 has not.
  const base64 = PEM.exec(text)?.[1] ?? (BASE64.test(text) ? text : undefined)
  return base64 === undefined ? Buffer.from(octets) : Buffer.from(base64, 'base64')
}

interface RequestParts {
  readonly commonNames: readonly string[]
  readonly subjectPublicKeyInfo: Buffer
  readonly signed: Signed
}

function parseRequest(der: Buffer): RequestParts {
  try {
    return readRequest(der)
  } catch (cause) {
    throw new DomainError(
      'csr_invalid',
      'This is no PKCS#10 request, neither as PEM ("-----BEGIN CERTIFICATE REQUEST-----") nor as DER or base64 of it: make one with openssl req -new -key',
      { cause },
    )
  }
}

/** RFC 2986 §4; throws `MalformedDer`. */
function readRequest(der: Buffer): RequestParts {
  const whole = new DerReader(der)
  const request = new DerReader(whole.read(0x30))
  whole.end()
  const text = request.readWhole(0x30)
  const algorithm = request.read(0x30)
  const signature = request.readBitString()
  request.end()
  const info = new DerReader(new DerReader(text).read(0x30))
  // Some write another version than the only one there is, and some leave out attributes that they have none of.
  info.read(0x02)
  const commonNames = readCommonNames(info.read(0x30))
  const subjectPublicKeyInfo = info.readWhole(0x30)
  info.readOptional(0xa0)
  info.end()
  return { commonNames, subjectPublicKeyInfo, signed: { text, algorithm, signature } }
}

function readPublicKey(key: Buffer): KeyObject {
  try {
    return decodeKey(key)
  } catch (cause) {
    throw new DomainError('csr_invalid', 'The key of the request cannot be read', { cause })
  }
}

// AlgorithmIdentifier of a key on P-256, RFC 5480 §2.1.1
const USUAL_ALGORITHM = derSequence(derOid('2a8648ce3d0201'), derOid('2a8648ce3d030107'))

/**
 * Whether its kind, which nothing speaks against, is told by its first octets: to ask OpenSSL takes as long as a signature.
 * They are compared and not taken apart: OpenSSL also reads what is no DER.
 */
function isUsual(subjectPublicKeyInfo: Buffer): boolean {
  // Behind tag and length, one octet each: such a key has 91 octets, 59 with a compressed point.
  return subjectPublicKeyInfo.subarray(2, 2 + USUAL_ALGORITHM.length).equals(USUAL_ALGORITHM)
}

const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1'])
const MIN_RSA_BITS = 2048
// What a peer has to compute for each handshake grows with the square of it.
const MAX_RSA_BITS = 8192
// FIPS 186-5 §5.4: the exponent exceeds 2^16; with 1 anybody could sign.
const MIN_EXPONENT = 65_537n

function readWeakness({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string | undefined {
  const { namedCurve, modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails
  if (asymmetricKeyType === 'ed25519' || CURVES.has(namedCurve)) return undefined
  if (asymmetricKeyType !== 'rsa') {
    return `is of a kind that is not certified (${namedCurve ?? asymmetricKeyType}): use RSA, EC (P-256, P-384) or Ed25519`
  }
  if (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS) {
    return `is an RSA key of ${modulusLength} bits: use ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`
  }
  return publicExponent < MIN_EXPONENT ? `has the exponent ${publicExponent}: use ${MIN_EXPONENT}` : undefined
}
