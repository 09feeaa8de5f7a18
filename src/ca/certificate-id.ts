import { createHash, type X509Certificate } from 'node:crypto'
import { derInteger, derOctetString, derSequence } from './der.ts'
import { DerReader, readDerInteger } from './der-reader.ts'
import { readSubjectPublicKey } from './subject-public-key.ts'

/** Each as AlgorithmIdentifier holds it, whose parameters are NULL or absent: RFC 3279 §2.1, RFC 5754 §2. */
const HASHES = [
  ['sha1', '06052b0e03021a'],
  ['sha256', '0609608648016503040201'],
] as const
const NULL = '0500'

/** The issuer of a certificate, by one of the hashes that we compute; in hexadecimal. */
export interface IssuerId {
  readonly algorithm: string
  readonly nameHash: string
  readonly keyHash: string
}

/** Which certificate is asked for, by its issuer and its serial number: RFC 6960 §4.1.1, CertID. */
export interface CertificateId {
  readonly issuer: IssuerId
  readonly serialNumber: string
  /** DER, to be given back as it came: clients compare it. */
  readonly encoding: Uint8Array
}

/** Throws `MalformedDer`. */
export function readCertificateId(encoding: Buffer): CertificateId {
  const id = new DerReader(new DerReader(encoding).read(0x30))
  const algorithm = id.read(0x30).toString('hex')
  const nameHash = id.read(0x04).toString('hex')
  const keyHash = id.read(0x04).toString('hex')
  const serialNumber = readDerInteger(id.read(0x02))
  id.end()
  return { issuer: { algorithm, nameHash, keyHash }, serialNumber, encoding }
}

export function createCertificateId(issuer: IssuerId, serialNumber: string): CertificateId {
  const [nameHash, keyHash] = [fromHex(issuer.nameHash), fromHex(issuer.keyHash)]
  const algorithm = derSequence(fromHex(issuer.algorithm))
  const serial = derInteger(serialNumber)
  const encoding = derSequence(algorithm, derOctetString(nameHash), derOctetString(keyHash), serial)
  return { issuer, serialNumber, encoding }
}

/** Every way to name this CA, the one that all clients know first; `subject` as it stands in what it signs, DER. */
export function createIssuerIds(subject: Buffer, certificate: X509Certificate): readonly [IssuerId, ...IssuerId[]] {
  const idOf = ([hash, algorithm]: (typeof HASHES)[number]): IssuerId => {
    const digest = (contents: Buffer): string => createHash(hash).update(contents).digest('hex')
    return {
      algorithm: algorithm + NULL,
      nameHash: digest(subject),
      keyHash: digest(readSubjectPublicKey(certificate)),
    }
  }
  const [first, ...others] = HASHES
  return [idOf(first), ...others.map(idOf)]
}

export function isSameIssuer(one: IssuerId, other: IssuerId): boolean {
  const isSameHash = one.algorithm === other.algorithm || one.algorithm + NULL === other.algorithm
  return isSameHash && one.nameHash === other.nameHash && one.keyHash === other.keyHash
}

function fromHex(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}
