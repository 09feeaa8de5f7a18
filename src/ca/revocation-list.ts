import { setImmediate as nextTurn } from 'node:timers/promises'
import { encodeSigned } from './ca-signer.ts'
import { encodeAuthorityKeyIdentifier } from './certificate-extensions.ts'
import { derEnumerated, derExtension, derInteger, derSequence, derTime, encodeDer } from './der.ts'
import { encodeUrl } from './general-name.ts'
import type { CertifiedIssuer } from './issuer.ts'
import { REASON_CODES, type RevocationReason } from './revocation-reason.ts'
import { encodeAlgorithmIdentifier } from './signature-algorithm.ts'

export interface RevokedCertificate {
  /** Hexadecimal, with a sign where it is negative. */
  readonly serialNumber: string
  readonly revokedAt: Date
  readonly reason: RevocationReason
}

export interface RevocationListPlan {
  readonly number: number
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** What `encodeRevoked` has made, in parts: a long list is encoded a little at a time. */
  readonly revoked: readonly Uint8Array[]
  /** None: the list is for every certificate, whether or not it names a place to look. */
  readonly distributionPoints: readonly string[]
}

const ENTRY_EXTENSIONS: ReadonlyMap<number | undefined, Buffer> = new Map(
  Object.values(REASON_CODES).flatMap((code) => (code === undefined ? [] : [[code, reasonExtension(code)]])),
)
// §5.3.1: unspecified should be said by saying nothing.
const NO_EXTENSIONS = Buffer.alloc(0)

/** The entries of these certificates, to stand one after another in a list: RFC 5280 §5.1.2.6. */
export function encodeRevoked(certificates: readonly RevokedCertificate[]): Uint8Array {
  return Buffer.concat(certificates.map(encodeEntry))
}

function encodeEntry({ serialNumber, revokedAt, reason }: RevokedCertificate): Uint8Array {
  const extensions = ENTRY_EXTENSIONS.get(REASON_CODES[reason]) ?? NO_EXTENSIONS
  return derSequence(derInteger(serialNumber), derTime(revokedAt), extensions)
}

// id-ce-cRLReasons, ENUMERATED
function reasonExtension(code: number): Buffer {
  return derSequence(derExtension('551d15', derEnumerated(code)))
}

/** A whole CRL of version 2, DER: RFC 5280 §5.1. */
export async function signRevocationList(
  plan: RevocationListPlan,
  issuer: CertifiedIssuer,
): Promise<Buffer<ArrayBuffer>> {
  const tbsCertList = derSequence(
    derInteger('1'),
    encodeAlgorithmIdentifier(issuer.signer.algorithm),
    issuer.name,
    derTime(plan.thisUpdate),
    derTime(plan.nextUpdate),
    // §5.1.2.6: absent where nothing is revoked
    plan.revoked.some(({ byteLength }) => byteLength > 0) ? derSequence(...plan.revoked) : Buffer.alloc(0),
    encodeDer(0xa0, derSequence(...listExtensions(plan, issuer))),
  )
  return encodeSigned(tbsCertList, issuer.signer)
}

function listExtensions(
  { number, distributionPoints }: RevocationListPlan,
  { keyIdentifier }: CertifiedIssuer,
): Buffer[] {
  return [
    // id-ce-authorityKeyIdentifier, id-ce-cRLNumber: §5.2.1, §5.2.3
    encodeAuthorityKeyIdentifier(keyIdentifier),
    derExtension('551d14', derInteger(number.toString(16))),
    ...(distributionPoints.length > 0 ? [issuingDistributionPoint(distributionPoints)] : []),
  ]
}

// id-ce-issuingDistributionPoint, critical: §5.2.5. [0] fullName [0] of URIs [6].
function issuingDistributionPoint(urls: readonly string[]): Buffer {
  return derExtension('551d1c', derSequence(encodeDer(0xa0, encodeDer(0xa0, ...urls.map(encodeUrl)))), true)
}

// Octets of 4,096 lines.
const PEM_PIECE = 48 * 4096

/** RFC 7468 §6: the label that OpenSSL reads too. A long list is written a piece a turn of the event loop. */
export async function toRevocationListPem(der: Buffer): Promise<Buffer<ArrayBuffer>> {
  const pieces: Buffer[] = []
  for (let begin = 0; begin < der.length; begin += PEM_PIECE) {
    const lines = der.toString('base64', begin, begin + PEM_PIECE).match(/.{1,64}/g) ?? []
    pieces.push(Buffer.from(`${lines.join('\n')}\n`, 'latin1'))
    await nextTurn()
  }
  const armour = (word: string): Buffer => Buffer.from(`-----${word} X509 CRL-----\n`)
  return Buffer.concat([armour('BEGIN'), ...pieces, armour('END')])
}
