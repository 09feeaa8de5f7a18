import { DerReader } from './der-reader.ts'

/** RFC 5280 §4.1.2: the subject whole, and the contents of the extensions where there are any. */
export function readCertificate(der: Buffer): { readonly subject: Buffer; readonly extensions: Buffer | undefined } {
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
export function findExtension(extensions: Buffer | undefined, oid: string): Buffer | undefined {
  const all = new DerReader(extensions ?? Buffer.alloc(0))
  while (!all.isAtEnd) {
    const extension = new DerReader(all.read(0x30))
    const isWanted = extension.read(0x06).toString('hex') === oid
    extension.readOptional(0x01)
    if (isWanted) return extension.read(0x04)
  }
  return undefined
}
