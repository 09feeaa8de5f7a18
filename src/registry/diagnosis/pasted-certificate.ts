import { createPrivateKey, X509Certificate } from 'node:crypto'
import { DomainError } from '../../errors.ts'

/**
 * The certificate somebody pasted, as PEM or as base64 of the DER: of several the first, as a client shows its own first.
 * Throws `private_key_refused`, or `certificate_unreadable` with a word on what it is instead; neither repeats the text.
 */
export function parsePastedCertificate(text: string): X509Certificate {
  const der = decode(text)
  if (/PRIVATE KEY-----/.test(text) || isPrivateKey(der)) {
    throw new DomainError(
      'private_key_refused',
      'This is a private key: it was not kept, but whoever else has seen it can pose as its owner. Paste the certificate, and consider the key lost',
    )
  }
  const certificate = readCertificate(CERTIFICATE.exec(text)?.[0] ?? der)
  if (certificate) return certificate
  throw new DomainError('certificate_unreadable', `This is no certificate: ${recognise(text, der)}`)
}

// RFC 7468 §2
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/

/** What stands instead of a certificate; the sentence goes on after "This is no certificate: ". */
function recognise(text: string, der: Buffer): string {
  if (text.includes('CERTIFICATE REQUEST-----') || isRequest(der)) {
    return 'it is a certificate request (CSR); paste what the CA answered to it'
  }
  if (text.includes('X509 CRL-----')) return 'it is a revocation list (CRL); paste the certificate of the device'
  if (text.includes('PUBLIC KEY-----')) return 'it is a public key; paste the certificate that holds it'
  if (text.includes('BEGIN CERTIFICATE-----'))
    return 'it is cut short or damaged; paste it from its first line to its last'
  return 'paste it as PEM ("-----BEGIN CERTIFICATE-----"), or the base64 of its DER'
}

function decode(text: string): Buffer {
  return Buffer.from(text.replaceAll(/-----[A-Z0-9 ]+-----|\s/g, ''), 'base64')
}

function readCertificate(input: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(input)
  } catch {
    // Not a certificate is an answer, not a failure: the caller says what it is instead.
    return undefined
  }
}

function isPrivateKey(der: Buffer): boolean {
  return (['pkcs8', 'pkcs1', 'sec1'] as const).some((type) => {
    try {
      return createPrivateKey({ key: der, format: 'der', type }).type === 'private'
    } catch {
      // Most texts are none, which is what is asked here.
      return false
    }
  })
}

// RFC 2986 §4.1: SEQUENCE { SEQUENCE { INTEGER 0, ... where a certificate has its version in [0], or its serial number
const REQUEST = /^30(?:8[1-4])?(?:[0-9a-f]{2}){1,4}?30(?:8[1-4])?(?:[0-9a-f]{2}){1,4}?020100/

function isRequest(der: Buffer): boolean {
  return REQUEST.test(der.subarray(0, 16).toString('hex'))
}
