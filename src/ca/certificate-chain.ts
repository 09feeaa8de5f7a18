import { X509Certificate } from 'node:crypto'
import { DomainError } from '../errors.ts'

/** A leaf or an issuing CA first. */
export type CertificateChain = readonly [X509Certificate, ...X509Certificate[]]

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Every certificate of a PEM text; throws `file_invalid` with a sentence that names the file. */
export function parseCertificates(text: string, path: string): CertificateChain {
  if (text.includes('PRIVATE KEY-----')) {
    throw invalid(path, 'holds a private key too, and certificates are handed out: move the key into its own file')
  }
  const [first, ...others] = (text.match(BLOCK) ?? []).map((block) => readCertificate(block, path))
  const begun = text.split('-----BEGIN CERTIFICATE').length - 1
  if (begun !== (first ? others.length + 1 : 0)) {
    throw invalid(path, 'is cut short or damaged: restore it from a backup')
  }
  if (!first)
    throw invalid(path, 'holds no certificate in PEM form ("-----BEGIN CERTIFICATE-----"): convert or restore it')
  return [first, ...others]
}

function readCertificate(block: string, path: string): X509Certificate {
  try {
    return new X509Certificate(block)
  } catch (cause) {
    throw invalid(path, 'is damaged: restore it from a backup', cause)
  }
}

export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate)
}

/** From the first certificate up to the root, or as far as they reach. */
export function readPath(certificates: CertificateChain): CertificateChain {
  const path: [X509Certificate, ...X509Certificate[]] = [certificates[0]]
  for (const child of path) {
    const issuer = isSelfSigned(child) ? undefined : certificates.find((candidate) => isIssuedBy(child, candidate))
    if (issuer && !path.includes(issuer)) path.push(issuer)
  }
  return path
}

/** From the first certificate up to, and without, the root; `complete` when that root is there. */
export function readIntermediates(certificates: CertificateChain): {
  readonly intermediates: readonly X509Certificate[]
  readonly complete: boolean
} {
  const path = readPath(certificates)
  const intermediates = path.filter((certificate) => !isSelfSigned(certificate))
  return { intermediates, complete: intermediates.length < path.length }
}

/** One PEM text of them, in their order. */
export function toChainPem(certificates: readonly X509Certificate[]): string {
  return certificates.map(String).join('')
}

function invalid(path: string, complaint: string, cause?: unknown): DomainError {
  return new DomainError('file_invalid', `The certificate ${path} ${complaint}`, { cause })
}
