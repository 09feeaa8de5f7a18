import { hash, type KeyObject, randomBytes } from 'node:crypto'
import { thumbprintOf } from '../key-thumbprint.ts'
import { type CaSigner, createKeySigner, encodeSigned } from './ca-signer.ts'
import { encodeExtensions } from './certificate-extensions.ts'
import type { CertificatePlan } from './certificate-profile.ts'
import { derInteger, derSequence, derTime, encodeDer } from './der.ts'
import { encodeCommonName } from './distinguished-name.ts'
import type { Issuer } from './issuer.ts'
import { encodePem } from './pem.ts'
import { encodeAlgorithmIdentifier } from './signature-algorithm.ts'
import { encodeKey, identifyKey } from './subject-public-key.ts'

export interface IssuedCertificate {
  readonly certificatePem: string
  readonly fingerprint: string
  readonly serialNumber: string
  /** RFC 7638. */
  readonly keyThumbprint: string
  readonly notBefore: Date
  readonly notAfter: Date
}

export async function createCertificate(
  plan: CertificatePlan,
  publicKey: KeyObject,
  issuer: Issuer,
): Promise<IssuedCertificate> {
  const serialNumber = createSerialNumber(randomBytes(16))
  const certificate = await encodeSigned(encodeTbsCertificate(plan, publicKey, issuer, serialNumber), issuer.signer)
  return {
    certificatePem: encodePem('CERTIFICATE', certificate),
    fingerprint: hash('sha256', certificate, 'hex')
      .toUpperCase()
      .replaceAll(/..(?!$)/g, '$&:'),
    serialNumber,
    keyThumbprint: thumbprintOf(publicKey),
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
  }
}

export function createRootCertificate(
  plan: CertificatePlan,
  { privateKey }: { readonly privateKey: KeyObject },
): Promise<IssuedCertificate> {
  return signRootCertificate(plan, createKeySigner(privateKey))
}

/** A root is its own issuer. */
export function signRootCertificate(plan: CertificatePlan, signer: CaSigner): Promise<IssuedCertificate> {
  return createCertificate(plan, signer.publicKey, { name: encodeCommonName(plan.commonName), signer })
}

/** RFC 5280 §4.1.2.2: positive; always 16 octets, because the first one is neither negative nor zero. */
export function createSerialNumber(random: Uint8Array): string {
  const octets = Buffer.from(random)
  octets.writeUInt8((octets.readUInt8(0) & 0x7f) | 0x40, 0)
  return octets.toString('hex').toUpperCase()
}

// RFC 5280 §4.1.2.1: [0], version 3
const VERSION = encodeDer(0xa0, derInteger('2'))

/** What is to be signed, DER: RFC 5280 §4.1.2. */
export function encodeTbsCertificate(
  plan: CertificatePlan,
  publicKey: KeyObject,
  { name, keyIdentifier, signer }: Issuer,
  serialNumber: string,
): Buffer<ArrayBuffer> {
  const key = encodeKey(publicKey)
  const keyIdentifiers = { subject: identifyKey(key), issuer: keyIdentifier }
  const extensions = encodeExtensions(plan, publicKey.asymmetricKeyType === 'rsa', keyIdentifiers)
  return derSequence(
    VERSION,
    derInteger(serialNumber),
    encodeAlgorithmIdentifier(signer.algorithm),
    name,
    derSequence(derTime(plan.notBefore), derTime(plan.notAfter)),
    encodeCommonName(plan.commonName),
    key,
    encodeDer(0xa3, extensions),
  )
}
