import { type CertificateId, readCertificateId } from './certificate-id.ts'
import { DerReader, MalformedDer } from './der-reader.ts'

export interface OcspRequest {
  /** At least one. */
  readonly certificates: readonly CertificateId[]
  readonly nonce: Buffer | undefined
}

const SEQUENCE = 0x30
const OCTET_STRING = 0x04
const EXPLICIT = [0xa0, 0xa1, 0xa2] as const

/** Takes an OCSPRequest apart, DER; undefined: it is none, or asks for what we do not understand. RFC 6960 §4.1. */
export function parseOcspRequest(bytes: Uint8Array): OcspRequest | undefined {
  try {
    return readRequest(bytes)
  } catch (error) {
    if (error instanceof MalformedDer) return undefined
    throw error
  }
}

function readRequest(bytes: Uint8Array): OcspRequest {
  const outer = new DerReader(bytes)
  const request = new DerReader(outer.read(SEQUENCE))
  outer.end()
  const tbsRequest = new DerReader(request.read(SEQUENCE))
  // Who asks and by which signature is nothing to us: §4.1.2 leaves it to the responder.
  request.readOptional(EXPLICIT[0])
  request.end()

  const version = tbsRequest.readOptional(EXPLICIT[0])
  if (version && !version.equals(V1)) throw new MalformedDer('This version is not known')
  tbsRequest.readOptional(EXPLICIT[1])
  const certificates = readCertificateIds(tbsRequest.read(SEQUENCE))
  const nonce = readNonce(tbsRequest.readOptional(EXPLICIT[2]))
  tbsRequest.end()
  return { certificates, nonce }
}

// INTEGER 0
const V1 = Buffer.from([0x02, 0x01, 0x00])

function readCertificateIds(requestList: Buffer): readonly CertificateId[] {
  const list = new DerReader(requestList)
  const certificates: CertificateId[] = []
  while (!list.isAtEnd) {
    const request = new DerReader(list.read(SEQUENCE))
    certificates.push(readCertificateId(request.readWhole(SEQUENCE)))
    readExtensions(request.readOptional(EXPLICIT[0]))
    request.end()
  }
  if (certificates.length === 0) throw new MalformedDer('No certificate is asked for')
  return certificates
}

/** id-pkix-ocsp-nonce, and what may be critical without being of use to us: §4.4. */
const NONCE = '2b0601050507300102'
const RESPONSE_TYPES = '2b0601050507300104'
const SERVICE_LOCATOR = '2b0601050507300107'
const PREFERRED_SIGNATURES = '2b0601050507300108'
const UNDERSTOOD: ReadonlySet<string> = new Set([NONCE, RESPONSE_TYPES, SERVICE_LOCATOR, PREFERRED_SIGNATURES])

function readNonce(extensions: Buffer | undefined): Buffer | undefined {
  const value = readExtensions(extensions).get(NONCE)
  if (value === undefined) return undefined
  const reader = new DerReader(value)
  const nonce = reader.read(OCTET_STRING)
  reader.end()
  // RFC 9654 §2.1; its predecessor RFC 8954 ended at 32.
  if (nonce.length < 1 || nonce.length > 128) throw new MalformedDer('A nonce has 1 to 128 octets')
  return nonce
}

/** By their OIDs; throws for a critical one that is not understood: RFC 6960 §4.4. */
function readExtensions(contents: Buffer | undefined): ReadonlyMap<string, Buffer> {
  const extensions = new Map<string, Buffer>()
  if (!contents) return extensions
  const outer = new DerReader(contents)
  const list = new DerReader(outer.read(SEQUENCE))
  outer.end()
  while (!list.isAtEnd) {
    const extension = new DerReader(list.read(SEQUENCE))
    const oid = extension.read(0x06).toString('hex')
    const isCritical = (extension.readOptional(0x01)?.[0] ?? 0) !== 0
    const value = extension.read(OCTET_STRING)
    extension.end()
    if (isCritical && !UNDERSTOOD.has(oid)) throw new MalformedDer('A critical extension is not understood')
    if (extensions.has(oid)) throw new MalformedDer('An extension stands twice')
    extensions.set(oid, value)
  }
  return extensions
}
