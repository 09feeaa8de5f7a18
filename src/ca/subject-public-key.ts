import { createPublicKey, hash, type KeyObject, type X509Certificate } from 'node:crypto'
import { notePublicJwk, type PublicJwk, publicJwkOf } from '../key-thumbprint.ts'
import { derBitString, derObjectIdentifier, derSequence } from './der.ts'
import { DerReader } from './der-reader.ts'
import { encodePem } from './pem.ts'

const EC_PUBLIC_KEY = derObjectIdentifier('1.2.840.10045.2.1')

/** AlgorithmIdentifiers, RFC 5480 §2.1.1.1, by the names of RFC 7518 §6.2.1.1. */
const CURVES: ReadonlyMap<string | undefined, Uint8Array> = new Map(
  [
    ['P-256', '1.2.840.10045.3.1.7'] as const,
    ['P-384', '1.3.132.0.34'] as const,
    ['P-521', '1.3.132.0.35'] as const,
  ].map(([curve, oid]) => [curve, derSequence(EC_PUBLIC_KEY, derObjectIdentifier(oid))]),
)

/** The key of a SubjectPublicKeyInfo; throws what OpenSSL throws where it is none. */
export function decodeKey(subjectPublicKeyInfo: Buffer): KeyObject {
  // A text, for what else it is given Node first takes for a KeyObject, and the errors of that cost more than the key.
  const publicKey = createPublicKey(encodePem('PUBLIC KEY', subjectPublicKeyInfo))
  const jwk = readUsualKey(subjectPublicKeyInfo)
  if (jwk) notePublicJwk(publicKey, jwk)
  return publicKey
}

// RFC 5480 §2: all that stands before a point on P-256 that is not compressed, SEC 1 §2.3.3
const USUAL_START = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex')
const COORDINATE_OCTETS = 32

/** Its members where they stand there as octets: most keys are of this kind. OpenSSL has checked by then that it is a point of the curve. */
function readUsualKey(subjectPublicKeyInfo: Buffer): PublicJwk | undefined {
  const start = USUAL_START.length
  const isUsual =
    subjectPublicKeyInfo.length === start + 2 * COORDINATE_OCTETS &&
    subjectPublicKeyInfo.subarray(0, start).equals(USUAL_START)
  if (!isUsual) return undefined
  const x = subjectPublicKeyInfo.toString('base64url', start, start + COORDINATE_OCTETS)
  const y = subjectPublicKeyInfo.toString('base64url', start + COORDINATE_OCTETS)
  return { kty: 'EC', crv: 'P-256', x, y }
}

/** SubjectPublicKeyInfo, DER: RFC 5280 §4.1.2.7; a point that came compressed is written out. */
export function encodeKey(publicKey: KeyObject): Buffer {
  return publicKey.asymmetricKeyType === 'ec' ? encodeEcKey(publicKey) : exportKey(publicKey)
}

/** As it came. */
function exportKey(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' })
}

// Node takes three times as long to write the DER of a point as to tell its coordinates, and most keys are of this kind.
function encodeEcKey(publicKey: KeyObject): Buffer {
  const { algorithm, point } = readEcKey(publicJwkOf(publicKey)) ?? {}
  return algorithm && point ? derSequence(algorithm, derBitString(point)) : exportKey(publicKey)
}

/** Its AlgorithmIdentifier and its point; nothing of a curve that is not certified. */
export function readEcKey({
  crv,
  x,
  y,
}: PublicJwk): { readonly algorithm: Uint8Array; readonly point: Buffer } | undefined {
  const algorithm = CURVES.get(crv)
  if (algorithm === undefined || x === undefined || y === undefined) return undefined
  // SEC 1 §2.3.3: uncompressed; RFC 7518 §6.2.1.2: each coordinate has the full length
  return { algorithm, point: Buffer.concat([UNCOMPRESSED, Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]) }
}

const UNCOMPRESSED = Buffer.from([0x04])

/** RFC 5280 §4.2.1.2 (1), of a SubjectPublicKeyInfo. */
export function identifyKey(subjectPublicKeyInfo: Buffer): Buffer {
  return hash('sha1', readKeyOctets(subjectPublicKeyInfo), 'buffer')
}

/** The octets of the key itself, without tag, length and unused bits, as key hashes are made of them: RFC 6960 §4.1.1. */
export function readSubjectPublicKey({ publicKey }: Pick<X509Certificate, 'publicKey'>): Buffer {
  return readKeyOctets(exportKey(publicKey))
}

function readKeyOctets(subjectPublicKeyInfo: Buffer): Buffer {
  const info = new DerReader(new DerReader(subjectPublicKeyInfo).read(0x30))
  info.read(0x30)
  return info.readBitString()
}
