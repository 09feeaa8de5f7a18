import { parseCertificates } from './certificate-chain.ts'
import { derInteger, derObjectIdentifier, derSequence, derSet, encodeDer } from './der.ts'

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const DATA = '1.2.840.113549.1.7.1'
/** Constructed and context-specific, number 0. */
const TAGGED = 0xa0

/** RFC 5272 §4.1, RFC 5652 §5.1: every certificate of the PEM, once, in signed data that has no signer and no content. */
export function encodeCertsOnly(pem: string): Buffer<ArrayBuffer> {
  const certificates = new Map(
    parseCertificates(pem, 'of the CA').map(({ raw, fingerprint256 }) => [fingerprint256, raw]),
  )
  const signedData = derSequence(
    derInteger('01'),
    derSet(),
    derSequence(derObjectIdentifier(DATA)),
    encodeDer(TAGGED, ...certificates.values()),
    derSet(),
  )
  return derSequence(derObjectIdentifier(SIGNED_DATA), encodeDer(TAGGED, signedData))
}
