import type { KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { DomainError, type ErrorCode } from '../errors.ts'
import { type CertificateChain, isIssuedBy, isSelfSigned, parseCertificates } from './certificate-chain.ts'
import { readFileIfPresent } from './durable-file.ts'
import { exportPrivateKey, parsePrivateKey } from './key-pair.ts'
import { checkKeyPermissions } from './key-pair-files.ts'
import { isForServers, readServerIdentity, type ServerIdentity } from './served-certificate.ts'

/** The files that an administrator names, as certbot and others write them. */
export interface ProvidedFiles {
  readonly certificateFile: string
  readonly keyFile: string
  /** The settings that name them are `<setting>.cert_file` and `<setting>.key_file`. */
  readonly setting: string
}

export interface ProvidedCertificate extends ServerIdentity {
  readonly certificates: CertificateChain
  /** What is odd and yet no reason to refuse it. */
  readonly warnings: readonly string[]
}

/** Reads a pair that a listener is to show, and judges it as its clients will; throws a sentence that names file and setting. */
export async function readProvidedCertificate(files: ProvidedFiles, now: Date): Promise<ProvidedCertificate> {
  const { certificateFile, keyFile, setting } = files
  const place = `${certificateFile} (${setting}.cert_file)`
  const keyPlace = `${keyFile} (${setting}.key_file)`
  const certificatePem = await readNamedFile(certificateFile, place)
  const keyText = await readNamedFile(keyFile, keyPlace)
  const mend = await checkKeyPermissions(keyFile)
  const certificates = parseCertificates(certificatePem, place)
  const key = parsePrivateKey(keyText, keyPlace)
  checkPair(certificates, key, place, keyPlace)
  checkOrder(certificates, place)
  checkUse(certificates[0], place, now)
  const keyPem = exportPrivateKey(key)
  checkTls(certificatePem, keyPem, place)
  const identity = readServerIdentity({ keyPem, certificatePem }, certificates)
  const opened = mend === undefined ? [] : [`The private key ${keyPlace} is open to its group: run ${mend}`]
  return { ...identity, certificates, warnings: [...opened, ...oddities(identity, place, now)] }
}

async function readNamedFile(path: string, place: string): Promise<string> {
  const text = await readFileIfPresent(path)
  if (text !== undefined) return text
  throw refusal('file_unreachable', place, 'does not exist: mend the setting, or put the file there')
}

function checkPair(certificates: CertificateChain, key: KeyObject, place: string, keyPlace: string): void {
  const position = certificates.findIndex((certificate) => certificate.checkPrivateKey(key))
  if (position === 0) return
  if (position > 0) {
    const complaint = `begins with a CA, and the server's own certificate is number ${position + 1}: put that first, then the CAs in the order in which each signed the one before`
    throw refusal('file_invalid', place, complaint)
  }
  throw refusal('key_mismatch', place, `does not belong to the private key ${keyPlace}: name the pair that does`)
}

// RFC 5246 §7.4.2: each certificate certifies the one before; RFC 8446 §4.4.2 only wishes it
function checkOrder(certificates: CertificateChain, place: string): void {
  for (const [index, certificate] of certificates.entries()) {
    const next = certificates[index + 1]
    if (!next || isIssuedBy(certificate, next)) continue
    const isInDisorder = certificates.some((other) => other !== certificate && isIssuedBy(certificate, other))
    const complaint = isInDisorder
      ? `holds its chain in the wrong order: behind ${nameOf(certificate)} stands the CA that signed it, then the CA that signed that one`
      : `holds ${nameOf(next)}, which did not sign ${nameOf(certificate)}: take it out`
    throw refusal('file_invalid', place, complaint)
  }
}

function checkUse(certificate: X509Certificate, place: string, now: Date): void {
  if (!isForServers(certificate)) {
    throw refusal('file_invalid', place, 'was not made for servers: get one with the extended key usage serverAuth')
  }
  const notAfter = new Date(certificate.validTo)
  if (now > notAfter) {
    throw refusal(
      'file_invalid',
      place,
      `expired at ${notAfter.toISOString()}: renew it (certbot renew), or check the clock of this machine`,
    )
  }
}

/** OpenSSL has the last word: it refuses weak keys and signatures in ways of its own. */
function checkTls(cert: string, key: string, place: string): void {
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw refusal('file_invalid', place, `cannot be used for TLS: ${reason}`, cause)
  }
}

function oddities({ certificate, names }: ServerIdentity, place: string, now: Date): readonly string[] {
  const begins = new Date(certificate.validFrom)
  return [
    ...(names.length > 0
      ? []
      : [
          `The certificate ${place} names no host (subjectAltName): browsers and most clients refuse it, whatever its CN; make one with -addext "subjectAltName=DNS:hub.example.com"`,
        ]),
    ...(now < begins
      ? [`The certificate ${place} is valid from ${begins.toISOString()} on: check the clock of this machine`]
      : []),
    ...(isSelfSigned(certificate)
      ? [`The certificate ${place} is self-signed: clients trust it only where it is installed`]
      : []),
  ]
}

function nameOf({ subject }: X509Certificate): string {
  return (subject ?? 'a certificate without a name').replaceAll('\n', ', ')
}

function refusal(code: ErrorCode, place: string, complaint: string, cause?: unknown): DomainError {
  return new DomainError(code, `The file ${place} ${complaint}`, cause === undefined ? {} : { cause })
}
