import type { KeyObject, X509Certificate } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { type CertificateChain, isSelfSigned, parseCertificates, readIntermediates } from './certificate-chain.ts'
import { maySignRevocationLists, readPathLength, whyNoIssuer } from './issuer-certificate.ts'
import { exportPrivateKey, parsePrivateKey } from './key-pair.ts'
import type { KeyPairText } from './key-pair-files.ts'

/** A CA that was made elsewhere, PEM texts all. */
export interface ImportedPair {
  /** Of the CA that is to issue, alone or with what leads to its root. */
  readonly certificate: string
  /** PKCS#1, SEC1 or PKCS#8, not encrypted. */
  readonly key: string
  /** What leads to its root, where that is kept apart. */
  readonly chain?: string | undefined
}

const PLACE = 'of the imported CA'

/** Throws `authority_unfit` where a text is not what it should be. */
export function readImportedPair({ certificate, key, chain }: ImportedPair): KeyPairText {
  return judging(() => {
    parseCertificates(certificate, PLACE)
    const certificatePem = chain === undefined ? certificate : `${certificate.trimEnd()}\n${chain}`
    return { certificatePem, keyPem: exportPrivateKey(parsePrivateKey(key, PLACE)) }
  })
}

/** Whether peers will accept what it signs; throws `authority_unfit` with the sentence that says why not. */
export function checkImportedPair(path: CertificateChain, privateKey: KeyObject, now: Date): void {
  judging(() => {
    if (!path[0].checkPrivateKey(privateKey)) throw unfit('has another key than the one that was given with it')
    for (const [below, certificate] of path.entries()) checkCertificate(certificate, below, now)
    if (!maySignRevocationLists(path[0])) throw unfit('may not sign CRLs (its keyUsage lacks cRLSign)')
    if (!readIntermediates(path).complete) {
      throw unfit('does not lead to a self-signed root: give the certificates above it as its chain')
    }
  })
}

/** Throws `authority_unfit`. `below`: how many CAs stand between it and a leaf. */
export function checkCertificate(certificate: X509Certificate, below: number, now: Date, place = PLACE): void {
  const name = (certificate.subject ?? '').replaceAll('\n', ', ')
  const complaint = whyNoIssuer(certificate)
  if (complaint !== undefined) throw unfit(`${complaint} (${name})`, place)
  if (name === '') throw unfit('has no subject, and peers find an issuer by its name', place)
  const pathLength = readPathLength(certificate)
  if (pathLength !== undefined && pathLength < below) {
    throw unfit(`stands too low under ${name}, whose pathLenConstraint is ${pathLength}`, place)
  }
  if (now > new Date(certificate.validTo)) throw unfit(`has expired, or ${name} above it has`, place)
  if (now < new Date(certificate.validFrom)) throw unfit(`is not valid yet, or ${name} above it is not`, place)
  // OpenSSL's security level 2, which Node sets: below 112 bits; a root is trusted for itself, not for its signature
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < 2048)
    throw unfit(`rests on an RSA key of ${bits} bits (${name}), which TLS refuses`, place)
  if (!isSelfSigned(certificate) && isWeaklySigned(certificate)) {
    throw unfit(`rests on a signature with MD5 or SHA-1 (${name}), which TLS refuses`, place)
  }
}

function isWeaklySigned({ signatureAlgorithm }: X509Certificate): boolean {
  return /sha1|md5/i.test(signatureAlgorithm ?? '')
}

/** What files are told for is told here of what was sent. */
export function judging<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof DomainError) || cause.code === 'authority_unfit') throw cause
    throw new DomainError('authority_unfit', cause.message, { cause })
  }
}

/** Says of the certificate what is wrong with it. */
export function unfit(complaint: string, place = PLACE): DomainError {
  return new DomainError('authority_unfit', `The certificate ${place} ${complaint}`)
}
