import { hash, type X509Certificate } from 'node:crypto'
import type { CaSigner } from './ca-signer.ts'
import { findExtension, readCertificate } from './certificate-reader.ts'
import { DerReader } from './der-reader.ts'
import { readSubjectPublicKey } from './subject-public-key.ts'

/** What of a CA goes into all that it signs. */
export interface Issuer {
  /** As its certificate has it, DER: peers compare the octets. */
  readonly name: Uint8Array
  /** Absent in the certificate of a root, which is its own issuer. */
  readonly keyIdentifier?: Uint8Array
  readonly signer: CaSigner
}

/** One that has a certificate, by which its key is known. */
export interface CertifiedIssuer extends Issuer {
  readonly keyIdentifier: Uint8Array
}

/** RFC 5280 §4.2.1.1: the key identifier is the one the CA's certificate states, computed only where it states none. */
export function createIssuer(certificate: X509Certificate, signer: CaSigner): CertifiedIssuer {
  const { subject, extensions } = readCertificate(certificate.raw)
  const stated = findExtension(extensions, SUBJECT_KEY_IDENTIFIER)
  const keyIdentifier = stated
    ? new DerReader(stated).read(0x04)
    : hash('sha1', readSubjectPublicKey(certificate), 'buffer')
  return { name: subject, keyIdentifier, signer }
}

// id-ce-subjectKeyIdentifier
const SUBJECT_KEY_IDENTIFIER = '551d0e'
