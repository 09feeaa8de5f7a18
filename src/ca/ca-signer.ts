import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { DomainError } from '../errors.ts'
import { derBitString, derSequence } from './der.ts'
import { encodeAlgorithmIdentifier, findSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts'

/** The private key of a CA, wherever it lies: all that is signed with it is signed here. */
export interface CaSigner {
  readonly publicKey: KeyObject
  readonly algorithm: SignatureAlgorithm
  readonly isLocked: boolean
  /** The signature as it stands in certificates and CRLs: of an EC key in DER (RFC 3279 §2.2.3). Throws `ca_locked`. */
  sign(tbs: Uint8Array): Promise<Uint8Array>
}

const signInPool = promisify(sign)

// To hand one of these to a thread and back takes longer than to sign; of the others a turn of the event loop would be long.
const QUICK: ReadonlySet<string | undefined> = new Set(['prime256v1', 'ed25519'])

/** A key in the memory of this process. */
export function createKeySigner(privateKey: KeyObject): CaSigner {
  const algorithm = findSignatureAlgorithm(privateKey)
  if (algorithm === undefined)
    throw new TypeError(`A key of type ${privateKey.asymmetricKeyType} signs no certificates`)
  // RFC 8032 §5.1: Ed25519 has its digest built in.
  const digest = 'hash' in algorithm ? algorithm.hash.replace('-', '') : null
  const isQuick = QUICK.has(privateKey.asymmetricKeyDetails?.namedCurve ?? privateKey.asymmetricKeyType)
  return {
    publicKey: createPublicKey(privateKey),
    algorithm,
    isLocked: false,
    sign: isQuick ? async (tbs) => sign(digest, tbs, privateKey) : (tbs) => signInPool(digest, tbs, privateKey),
  }
}

/** What certificates and CRLs are alike in (RFC 5280 §4.1, §5.1): what is signed, by which algorithm, and the signature. */
export async function encodeSigned(tbs: Uint8Array, signer: CaSigner): Promise<Buffer<ArrayBuffer>> {
  const signature = await signer.sign(tbs)
  return derSequence(tbs, encodeAlgorithmIdentifier(signer.algorithm), derBitString(signature))
}

/** Devices are answered with this: why it is locked, and where the key lies, is for administrators. */
export function caLocked(cause?: DomainError): DomainError {
  return new DomainError(
    'ca_locked',
    "The CA's key is locked, and nothing can be issued: signet ca show tells an administrator why, signet ca unlock opens it",
    { cause },
  )
}
