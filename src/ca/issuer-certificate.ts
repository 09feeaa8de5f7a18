import 'reflect-metadata'
import type { X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { DomainError } from '../errors.ts'
import { isSelfSigned } from './certificate-chain.ts'
import { findExtension, readCertificate } from './certificate-reader.ts'
import { DerReader } from './der-reader.ts'

/** Throws `file_invalid` unless peers will accept this certificate as the issuer of device certificates. */
export function checkIssuerCertificate(certificate: X509Certificate, path: string): void {
  const complaint = whyNoIssuer(certificate)
  if (complaint !== undefined) {
    throw new DomainError(
      'file_invalid',
      `The certificate ${path} ${complaint}: put the certificate of your CA there, or an empty folder into certs_dir`,
    )
  }
}

/** Why peers would not accept it as one; undefined: they will. */
export function whyNoIssuer(certificate: X509Certificate): string | undefined {
  return readComplaint(new VersionedCertificate(new Uint8Array(certificate.raw)), isSelfSigned(certificate))
}

/** RFC 5280 §4.2.1.3: where the certificate states its usages, cRLSign must be among them for its CRLs to be believed. */
export function maySignRevocationLists(certificate: X509Certificate): boolean {
  const usages = findExtension(readCertificate(certificate.raw).extensions, KEY_USAGE)
  if (!usages) return true
  // The first octet of a BIT STRING says how many bits of the last one are none: X.690 §8.6.2.2
  const [, firstUsages = 0] = new DerReader(usages).read(0x03)
  return (firstUsages & CRL_SIGN) !== 0
}

// id-ce-keyUsage
const KEY_USAGE = '551d0f'
// Bit 6, of which the first is the highest.
const CRL_SIGN = 0x80 >> 6

/** Whether it says for which names or purposes certificates below it may be (RFC 5280 §4.2.1.10, §4.2.1.12). */
export function isConstrained(certificate: X509Certificate): boolean {
  const parsed = new x509.X509Certificate(new Uint8Array(certificate.raw))
  return [NAME_CONSTRAINTS, EXTENDED_KEY_USAGE].some((oid) => parsed.getExtension(oid) !== null)
}

const NAME_CONSTRAINTS = '2.5.29.30'
const EXTENDED_KEY_USAGE = '2.5.29.37'

// The rules of OpenSSL's X509_check_ca, which judges our leaves in every peer: a self-signed certificate of version 1 is a CA,
// one of version 3 needs basicConstraints or, in old ones, a keyUsage alone.
function readComplaint(certificate: VersionedCertificate, selfSigned: boolean): string | undefined {
  const constraints = certificate.getExtension(x509.BasicConstraintsExtension)
  const usages = certificate.getExtension(x509.KeyUsagesExtension)?.usages
  const purposes = certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages
  if (usages !== undefined && (usages & x509.KeyUsageFlags.keyCertSign) === 0) {
    return 'may not sign certificates (its keyUsage lacks keyCertSign)'
  }
  const ca = constraints ? constraints.ca : usages !== undefined || (certificate.version === 0 && selfSigned)
  if (!ca) return 'is not the certificate of a CA (basicConstraints does not say so)'
  if (purposes !== undefined && !purposes.includes(x509.ExtendedKeyUsage.clientAuth)) {
    return 'may not sign client certificates (its extendedKeyUsage lacks clientAuth)'
  }
  return undefined
}

class VersionedCertificate extends x509.X509Certificate {
  /** RFC 5280 §4.1.2.1: 0 is version 1, 2 is version 3. */
  get version(): number {
    return this.asn.tbsCertificate.version
  }
}

/** How many CAs may stand between this one and a leaf (RFC 5280 §4.2.1.9); undefined: any number. */
export function readPathLength(certificate: X509Certificate): number | undefined {
  return new x509.X509Certificate(new Uint8Array(certificate.raw)).getExtension(x509.BasicConstraintsExtension)
    ?.pathLength
}
