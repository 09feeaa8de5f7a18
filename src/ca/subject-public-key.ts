import type { X509Certificate } from 'node:crypto'
import { DerReader } from './der-reader.ts'

/** The octets of the key itself, without tag, length and unused bits, as key hashes are made of them: RFC 6960 §4.1.1. */
export function readSubjectPublicKey({ publicKey }: X509Certificate): Buffer {
  const info = new DerReader(new DerReader(publicKey.export({ type: 'spki', format: 'der' })).read(0x30))
  info.read(0x30)
  return info.read(0x03).subarray(1)
}
