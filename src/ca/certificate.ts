import 'reflect-metadata'
import { type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { type CaSigner, createKeySigner, encodeSigned } from './ca-signer.ts'
import type { CertificatePlan, KeyUsage, Publication } from './certificate-profile.ts'

export interface IssuedCertificate {
  readonly certificatePem: string
  readonly fingerprint: string
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** What of a CA goes into each certificate it signs. */
export interface Issuer {
  readonly name: x509.Name
  /** Hexadecimal; absent in the certificate of a root, which is its own issuer. */
  readonly keyIdentifier?: string
  readonly signer: CaSigner
}

/** One that has a certificate, by which its key is known. */
export interface CertifiedIssuer extends Issuer {
  readonly keyIdentifier: string
}

export async function createCertificate(
  plan: CertificatePlan,
  publicKey: KeyObject,
  issuer: Issuer,
): Promise<IssuedCertificate> {
  const serialNumber = createSerialNumber(randomBytes(16))
  const tbs = await createTbsCertificate(plan, publicKey, issuer, serialNumber)
  const certificate = new X509Certificate(await encodeSigned(tbs, issuer.signer))
  return {
    certificatePem: certificate.toString(),
    fingerprint: certificate.fingerprint256,
    serialNumber,
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
  }
}

// Of the longest: r and s of P-521.
const NO_SIGNATURE = new Uint8Array(132)

/** What is to be signed, DER: RFC 5280 §4.1.2. */
async function createTbsCertificate(
  plan: CertificatePlan,
  publicKey: KeyObject,
  issuer: Issuer,
  serialNumber: string,
): Promise<Uint8Array> {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const unsigned = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: createName(plan.commonName),
    issuer: issuer.name,
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
    publicKey: spki,
    // The library signs with WebCrypto alone, and a key in an HSM is none of its keys.
    signature: NO_SIGNATURE,
    signingAlgorithm: issuer.signer.algorithm,
    extensions: await createExtensions(plan, publicKey, spki, issuer),
  })
  return new UnsignedCertificate(unsigned.rawData).tbsCertificate
}

class UnsignedCertificate extends x509.X509Certificate {
  get tbsCertificate(): Uint8Array {
    const { tbsCertificateRaw } = this.asn
    if (tbsCertificateRaw === undefined)
      throw new TypeError('A certificate that was parsed has lost what it was parsed from')
    return new Uint8Array(tbsCertificateRaw)
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
  return createCertificate(plan, signer.publicKey, { name: createName(plan.commonName), signer })
}

/** RFC 5280 §4.2.1.1: the key identifier is the one the CA's certificate states, computed only where it states none. */
export async function createIssuer(
  certificateDer: Uint8Array<ArrayBuffer>,
  signer: CaSigner,
): Promise<CertifiedIssuer> {
  const certificate = new x509.X509Certificate(certificateDer)
  const stated = certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
  const keyIdentifier = stated ?? Buffer.from(await certificate.publicKey.getKeyIdentifier()).toString('hex')
  return { name: certificate.subjectName, keyIdentifier, signer }
}

/** RFC 5280 §4.1.2.2: positive; always 16 octets, because the first one is neither negative nor zero. */
export function createSerialNumber(random: Uint8Array): string {
  const octets = Buffer.from(random)
  octets.writeUInt8((octets.readUInt8(0) & 0x7f) | 0x40, 0)
  return octets.toString('hex').toUpperCase()
}

// From JSON: in a string, "device-001, CN=admin" would become two CNs.
function createName(commonName: string): x509.Name {
  return new x509.Name([{ CN: [{ utf8String: commonName }] }])
}

async function createExtensions(
  { profile, alternativeNames, publication, furtherKeyPurposes }: CertificatePlan,
  publicKey: KeyObject,
  spki: Buffer<ArrayBuffer>,
  issuer: Issuer,
): Promise<x509.Extension[]> {
  const { pathLength, extendedKeyUsage, isUnchecked } = profile
  const usages = [...profile.keyUsage, ...(publicKey.asymmetricKeyType === 'rsa' ? profile.rsaKeyUsage : [])]
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(pathLength !== undefined, pathLength, true),
    new x509.KeyUsagesExtension(keyUsageFlags(usages), true),
    await x509.SubjectKeyIdentifierExtension.create(spki),
  ]
  if (extendedKeyUsage) {
    const purposes = new Set([x509.ExtendedKeyUsage[extendedKeyUsage], ...furtherKeyPurposes])
    extensions.push(new x509.ExtendedKeyUsageExtension([...purposes]))
  }
  if (alternativeNames.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension([...alternativeNames]))
  if (issuer.keyIdentifier) extensions.push(new x509.AuthorityKeyIdentifierExtension(issuer.keyIdentifier))
  if (isUnchecked) extensions.push(new x509.Extension(OCSP_NO_CHECK, false, NULL))
  return publication ? [...extensions, ...createPointers(publication)] : extensions
}

// id-pkix-ocsp-nocheck: RFC 6960 §4.2.2.2.1
const OCSP_NO_CHECK = '1.3.6.1.5.5.7.48.1.5'
const NULL = new Uint8Array([0x05, 0x00])

function createPointers({ distributionPoint, ocsp, caIssuers }: Publication): x509.Extension[] {
  return [
    new x509.CRLDistributionPointsExtension([distributionPoint]),
    new x509.AuthorityInfoAccessExtension({ ocsp, caIssuers }),
  ]
}

function keyUsageFlags(usages: readonly KeyUsage[]): number {
  return usages.reduce((flags, usage) => flags | x509.KeyUsageFlags[usage], 0)
}
