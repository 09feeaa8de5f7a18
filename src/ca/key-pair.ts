import {
  createPrivateKey,
  generateKeyPairSync,
  generateKeyPair as generateKeyPairWithCallback,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import { DomainError } from '../errors.ts'
import { notePublicJwk } from '../key-thumbprint.ts'
import { encodePem } from './pem.ts'
import { encodeEcPrivateKey } from './private-key-info.ts'
import { findSignatureAlgorithm } from './signature-algorithm.ts'

export const KEY_ALGORITHMS = ['ec-p256', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519'] as const

export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number]

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const generate = promisify(generateKeyPairWithCallback)

const GENERATORS = {
  // To hand these to a thread and back takes longer than to make them.
  'ec-p256': async () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'rsa-2048': () => generate('rsa', { modulusLength: 2048 }),
  'rsa-3072': () => generate('rsa', { modulusLength: 3072 }),
  'rsa-4096': () => generate('rsa', { modulusLength: 4096 }),
  ed25519: async () => generateKeyPairSync('ed25519'),
} as const satisfies Record<KeyAlgorithm, () => Promise<KeyPair>>

export function generateKeyPair(keyAlgorithm: KeyAlgorithm): Promise<KeyPair> {
  return GENERATORS[keyAlgorithm]()
}

/** As `ca.key_algorithm` has it; of an adopted CA it may be none of those. */
export function nameKeyAlgorithm({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { namedCurve = '', modulusLength } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'rsa') return `rsa-${modulusLength}`
  return asymmetricKeyType === 'ec' ? `ec-p${namedCurve.match(/\d{3}/)?.[0]}` : `${asymmetricKeyType}`
}

/** The private key as PKCS#8 PEM, unencrypted; what a certificate says of the public one is learnt on the way. */
export function exportKeyPair({ publicKey, privateKey }: KeyPair): string {
  if (privateKey.asymmetricKeyType !== 'ec') return exportPrivateKey(privateKey)
  const jwk = privateKey.export({ format: 'jwk' })
  const encoded = encodeEcPrivateKey(jwk)
  if (!encoded) return exportPrivateKey(privateKey)
  notePublicJwk(publicKey, jwk)
  return encodePem('PRIVATE KEY', encoded)
}

/** PKCS#8 PEM, unencrypted. */
export function exportPrivateKey(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Whether a passphrase is needed to read it: PKCS#8 (RFC 5958 §3), or the older form of OpenSSL (RFC 1421 §4.6.1.1). */
export function isEncryptedPem(text: string): boolean {
  return /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text)
}

/**
 * The first private key of a PEM text: PKCS#1, SEC1 or PKCS#8. Throws `file_invalid` with a sentence that names the file,
 * and `passphrase_wrong`.
 */
export function parsePrivateKey(text: string, path: string, passphrase?: string): KeyObject {
  if (isEncryptedPem(text) && passphrase === undefined) {
    throw invalid(path, `is encrypted, which only the CA's key may be: decrypt it with openssl pkey`)
  }
  const key = readKey(privateKeyBlock(text, path), path, passphrase)
  const weakness = readWeakness(key)
  if (weakness !== undefined) throw invalid(path, weakness)
  return key
}

// `openssl ecparam -genkey` writes a block EC PARAMETERS before the key: only the key's own block is read.
function privateKeyBlock(text: string, path: string): string {
  const block = text.match(/-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/)?.[0]
  if (block !== undefined) return block
  if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) {
    throw invalid(path, 'is cut short or of a kind that is not supported: restore it from a backup')
  }
  throw invalid(path, 'holds no private key in PEM form ("-----BEGIN PRIVATE KEY-----"): restore it from a backup')
}

function readKey(block: string, path: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? block : { key: block, passphrase })
  } catch (cause) {
    if (isEncryptedPem(block))
      throw new DomainError('passphrase_wrong', `The passphrase does not open ${path}`, { cause })
    throw invalid(path, 'cannot be read as a private key: it is damaged, restore it from a backup', cause)
  }
}

// OpenSSL's security level 2, which Node 24 sets, refuses an RSA key below 2048 bits in every handshake.
function readWeakness(key: KeyObject): string | undefined {
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (findSignatureAlgorithm(key) === undefined) {
    const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType
    return `is of a kind that is not supported (${kind}): use RSA, EC (P-256, P-384, P-521) or Ed25519`
  }
  if (bits !== undefined && bits < 2048) return `is an RSA key of ${bits} bits, which TLS refuses: use 2048 or more`
  return undefined
}

function invalid(path: string, complaint: string, cause?: unknown): DomainError {
  return new DomainError('file_invalid', `The private key ${path} ${complaint}`, { cause })
}
