import type { X509Certificate } from 'node:crypto'

/** RFC 5280 §4.2.1.12: the extended key usage of who connects; where a certificate names none, it is not restricted. */
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

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
  | {
      readonly certificate: PeerCertificate
      readonly chain: ChainVerdict
      /** Fingerprint of the CA that a trusted chain leads to, where that is known. */
      readonly authority?: string | undefined
    }

/** The one reading of a certificate as an identity; whatever a stranger put into it, it can be read. */
export function readPeerCertificate(certificate: X509Certificate): PeerCertificate {
  // Node leaves out a name without attributes, whatever its declarations say.
  const { subject = '', issuer = '' }: { readonly subject?: string; readonly issuer?: string } = certificate
  return {
    fingerprint: certificate.fingerprint256,
    commonNames: readAttributes(subject, 'CN'),
    subject,
    issuer,
    serialNumber: certificate.serialNumber,
    notBefore: readDate(certificate.validFrom, LAST_TIME),
    notAfter: readDate(certificate.validTo, -LAST_TIME),
  }
}

/** Times in RFC 3339. */
export type CertificateDescription = {
  readonly [Name in 'subject' | 'issuer' | 'serialNumber' | 'fingerprint' | 'notBefore' | 'notAfter']: string
}

/** A certificate as a refusal tells it. */
export function describeCertificate(certificate: PeerCertificate): CertificateDescription {
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
    fingerprint: certificate.fingerprint,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  }
}

/** Every value of an attribute of a subject as Node prints it, such as `OU`. */
export function readAttributes(subject: string, name: string): string[] {
  // One RDN a line and its attributes between " + "; inside a value Node escapes line feeds, "+" and NUL.
  return subject
    .split(/\n| \+ /)
    .filter((attribute) => attribute.startsWith(`${name}=`))
    .map((attribute) => attribute.slice(name.length + 1))
}

// ECMA-262 §21.4.1.1
const LAST_TIME = 8.64e15

/** OpenSSL takes certificates whose dates are none: such a date lies where no time is inside it. */
function readDate(text: string, otherwise: number): Date {
  const time = Date.parse(text)
  return new Date(Number.isNaN(time) ? otherwise : time)
}
