import type { CaSigner } from './ca-signer.ts'
import {
  derBitString,
  derEnumerated,
  derExtension,
  derGeneralizedTime,
  derOctetString,
  derOid,
  derSequence,
  encodeDer,
} from './der.ts'
import { REASON_CODES, type RevocationReason } from './revocation-reason.ts'
import { encodeAlgorithmIdentifier } from './signature-algorithm.ts'

/** RFC 6960 §2.2: what is known of a certificate. */
export type CertificateStatus =
  | { readonly status: 'good' | 'unknown' }
  | { readonly status: 'revoked'; readonly revokedAt: Date; readonly reason: RevocationReason }

export interface SingleResponse {
  /** CertID as the request has it, DER. */
  readonly certificateId: Uint8Array
  readonly status: CertificateStatus
}

export interface OcspResponsePlan {
  readonly responses: readonly SingleResponse[]
  readonly producedAt: Date
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly nonce: Uint8Array | undefined
}

/** Who signs answers in the name of the CA: RFC 6960 §4.2.2.2. */
export interface OcspSigner {
  readonly signer: CaSigner
  /** SHA-1 of the public key, as byKey names a responder: §4.2.1. */
  readonly keyHash: Uint8Array
  readonly certificate: Uint8Array
}

/** RFC 6960 §4.2.1 */
const STATUS_CODES = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const
const SUCCESSFUL = 0

export type OcspError = keyof typeof STATUS_CODES

/** An answer that says only why there is none; nobody signs it. */
export function encodeOcspError(error: OcspError): Buffer<ArrayBuffer> {
  return derSequence(derEnumerated(STATUS_CODES[error]))
}

const BASIC_RESPONSE = '2b0601050507300101'
const NONCE = '2b0601050507300102'

/** A whole OCSPResponse, DER: RFC 6960 §4.2.1. */
export async function signOcspResponse(
  plan: OcspResponsePlan,
  { signer, keyHash, certificate }: OcspSigner,
): Promise<Buffer<ArrayBuffer>> {
  const { responses, producedAt, nonce } = plan
  const tbsResponseData = derSequence(
    encodeDer(0xa2, derOctetString(keyHash)),
    derGeneralizedTime(producedAt),
    derSequence(...responses.map((response) => encodeSingle(response, plan))),
    nonce ? encodeDer(0xa1, derSequence(derExtension(NONCE, derOctetString(nonce)))) : Buffer.alloc(0),
  )
  const basicResponse = derSequence(
    tbsResponseData,
    encodeAlgorithmIdentifier(signer.algorithm),
    derBitString(await signer.sign(tbsResponseData)),
    encodeDer(0xa0, derSequence(certificate)),
  )
  const responseBytes = derSequence(derOid(BASIC_RESPONSE), derOctetString(basicResponse))
  return derSequence(derEnumerated(SUCCESSFUL), encodeDer(0xa0, responseBytes))
}

function encodeSingle({ certificateId, status }: SingleResponse, plan: OcspResponsePlan): Buffer {
  return derSequence(
    certificateId,
    encodeStatus(status),
    derGeneralizedTime(plan.thisUpdate),
    encodeDer(0xa0, derGeneralizedTime(plan.nextUpdate)),
  )
}

function encodeStatus(status: CertificateStatus): Buffer {
  switch (status.status) {
    case 'good':
      return encodeDer(0x80)
    case 'revoked': {
      const code = REASON_CODES[status.reason]
      const reason = code === undefined ? Buffer.alloc(0) : encodeDer(0xa0, derEnumerated(code))
      return encodeDer(0xa1, derGeneralizedTime(status.revokedAt), reason)
    }
    case 'unknown':
      return encodeDer(0x82)
  }
}
