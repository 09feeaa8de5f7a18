import { hash, type X509Certificate } from 'node:crypto'
import type { CaSigner } from './ca-signer.ts'
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

/** RFC 5280 §4.1.2: the subject whole, and the contents of the extensions where there are any. */
function readCertificate(der: Buffer): { readonly subject: Buffer; readonly extensions: Buffer | undefined } {
  const tbs = new DerReader(new DerReader(new DerReader(der).read(0x30)).read(0x30))
  tbs.readOptional(0xa0)
  tbs.read(0x02)
  // signature, issuer, validity
  for (let skipped = 0; skipped < 3; skipped++) tbs.read(0x30)
  const subject = tbs.readWhole(0x30)
  tbs.read(0x30)
  // issuerUniqueID, subjectUniqueID
  for (const tag of [0x81, 0x82]) tbs.readOptional(tag)
  const extensions = tbs.readOptional(0xa3)
  return { subject, extensions: extensions && new DerReader(extensions).read(0x30) }
}

/** The value of the extension of this OID, in hexadecimal. */
function findExtension(extensions: Buffer | undefined, oid: string): Buffer | undefined {
  const all = new DerReader(extensions ?? Buffer.alloc(0))
  while (!all.isAtEnd) {
    const extension = new DerReader(all.read(0x30))
    const isWanted = extension.read(0x06).toString('hex') === oid
    extension.readOptional(0x01)
    if (isWanted) return extension.read(0x04)
  }
  return undefined
}
