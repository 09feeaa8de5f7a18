import type { X509Certificate } from 'node:crypto'

/** What a peer's certificate says of itself; nothing of it is believed before the registry has found the fingerprint. */
export interface PeerCertificate {
  readonly fingerprint: string
  /** Every CN of the subject: an identity has exactly one. */
  readonly commonNames: readonly string[]
  readonly subject: string
  readonly issuer: string
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** What chain and signature say, dates left aside: those are judged by our own clock. */
export type ChainVerdict = 'trusted' | 'issuer_unknown' | 'signature_invalid' | 'purpose_wrong' | 'chain_invalid'

/** A peer as the handshake leaves it. */
export type Peer =
  | { readonly certificate?: never }
  | { readonly certificate: PeerCertificate; readonly chain: ChainVerdict }

/** The one reading of a certificate as an identity. */
export function readPeerCertificate(certificate: X509Certificate): PeerCertificate {
  return {
    fingerprint: certificate.fingerprint256,
    commonNames: readCommonNames(certificate.subject),
    subject: certificate.subject,
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  }
}

// Node prints one RDN a line and escapes line feeds and NUL inside a value, so a line that begins with CN= is one whole CN.
function readCommonNames(subject: string): string[] {
  return subject
    .split('\n')
    .filter((line) => line.startsWith('CN='))
    .map((line) => line.slice('CN='.length))
}
