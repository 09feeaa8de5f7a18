import type { CertificatePlan, CertificateProfile, KeyUsage, Publication } from './certificate-profile.ts'
import {
  derBoolean,
  derExtension,
  derInteger,
  derNamedBits,
  derNull,
  derObjectIdentifier,
  derOctetString,
  derOid,
  derSequence,
  encodeDer,
} from './der.ts'
import { encodeGeneralName, encodeUrl } from './general-name.ts'

/** Keys as extensions name them: SHA-1 of the public key, RFC 5280 §4.2.1.2 (1). */
export interface KeyIdentifiers {
  readonly subject: Uint8Array
  /** None of a root, which is its own issuer. */
  readonly issuer: Uint8Array | undefined
}

/** What a certificate says beside whose it is, one extension after the other, DER: RFC 5280 §4.2. */
export function encodeExtensions(
  { profile, alternativeNames, publication, furtherKeyPurposes }: CertificatePlan,
  isRsa: boolean,
  { subject, issuer }: KeyIdentifiers,
): Buffer<ArrayBuffer> {
  const usages = isRsa ? [...profile.keyUsage, ...profile.rsaKeyUsage] : profile.keyUsage
  return derSequence(
    basicConstraints(profile),
    keyUsage(usages),
    derExtension(OIDS.subjectKeyIdentifier, derOctetString(subject)),
    ...(profile.extendedKeyUsage ? [extendedKeyUsage(profile.extendedKeyUsage, furtherKeyPurposes)] : []),
    ...(alternativeNames.length > 0 ? [subjectAlternativeName(alternativeNames)] : []),
    ...(issuer ? [encodeAuthorityKeyIdentifier(issuer)] : []),
    ...(profile.isUnchecked ? [derExtension(OIDS.ocspNoCheck, derNull())] : []),
    ...(publication ? pointers(publication) : []),
  )
}

/** Octets of their contents, in hexadecimal. */
const OIDS = {
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  subjectAlternativeName: '551d11',
  basicConstraints: '551d13',
  distributionPoints: '551d1f',
  authorityKeyIdentifier: '551d23',
  extendedKeyUsage: '551d25',
  authorityInformationAccess: '2b06010505070101',
  // RFC 6960 §4.2.2.2.1
  ocspNoCheck: '2b0601050507300105',
} as const

// RFC 5280 §4.2.2.1: id-ad-ocsp, id-ad-caIssuers
const OCSP = derOid('2b06010505073001')
const CA_ISSUERS = derOid('2b06010505073002')

const KEY_USAGE_BITS = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
} as const satisfies Record<KeyUsage, number>

const KEY_PURPOSES = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const satisfies Record<NonNullable<CertificateProfile['extendedKeyUsage']>, string>

// §4.2.1.9. Of a leaf it is empty: X.690 §11.5 has what is the default left out.
function basicConstraints({ pathLength }: CertificateProfile): Buffer {
  const members = pathLength === undefined ? [] : [derBoolean(true), derInteger(pathLength.toString(16))]
  return derExtension(OIDS.basicConstraints, derSequence(...members), true)
}

function keyUsage(usages: readonly KeyUsage[]): Buffer {
  return derExtension(OIDS.keyUsage, derNamedBits(usages.map((usage) => KEY_USAGE_BITS[usage])), true)
}

function extendedKeyUsage(own: keyof typeof KEY_PURPOSES, further: readonly string[]): Buffer {
  const purposes = new Set([KEY_PURPOSES[own], ...further])
  return derExtension(OIDS.extendedKeyUsage, derSequence(...[...purposes].map(derObjectIdentifier)))
}

function subjectAlternativeName(names: CertificatePlan['alternativeNames']): Buffer {
  return derExtension(OIDS.subjectAlternativeName, derSequence(...names.map(encodeGeneralName)))
}

/** §4.2.1.1, §5.2.1: in certificates and lists alike. */
export function encodeAuthorityKeyIdentifier(keyIdentifier: Uint8Array): Buffer<ArrayBuffer> {
  return derExtension(OIDS.authorityKeyIdentifier, derSequence(encodeDer(0x80, keyIdentifier)))
}

// §4.2.1.13: [0] distributionPoint [0] fullName; §4.2.2.1
function pointers({ distributionPoint, ocsp, caIssuers }: Publication): readonly Buffer[] {
  const fullName = encodeDer(0xa0, encodeDer(0xa0, encodeUrl(distributionPoint)))
  const access = derSequence(derSequence(OCSP, encodeUrl(ocsp)), derSequence(CA_ISSUERS, encodeUrl(caIssuers)))
  return [
    derExtension(OIDS.distributionPoints, derSequence(derSequence(fullName))),
    derExtension(OIDS.authorityInformationAccess, access),
  ]
}
