import { hash, type KeyObject, type X509Certificate } from 'node:crypto'
import { derBitString, derObjectIdentifier, derSequence } from './der.ts'
import { DerReader } from './der-reader.ts'

const EC_PUBLIC_KEY = derObjectIdentifier('1.2.840.10045.2.1')

/** RFC 5480 §2.1.1.1, by the names of RFC 7518 §6.2.1.1. */
const CURVES: ReadonlyMap<string | undefined, Uint8Array> = new Map([
  ['P-256', derObjectIdentifier('1.2.840.10045.3.1.7')],
  ['P-384', derObjectIdentifier('1.3.132.0.34')],
  ['P-521', derObjectIdentifier('1.3.132.0.35')],
])

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
  const { crv, x, y } = publicKey.export({ format: 'jwk' })
  const curve = CURVES.get(crv)
  if (curve === undefined || x === undefined || y === undefined) return exportKey(publicKey)
  // SEC 1 §2.3.3: uncompressed; RFC 7518 §6.2.1.2: each coordinate has the full length
  const point = Buffer.concat([UNCOMPRESSED, Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return derSequence(derSequence(EC_PUBLIC_KEY, curve), derBitString(point))
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
