import {
  type Argon2Parameters,
  argon2 as argon2WithCallback,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { promisify } from 'node:util'
import { DomainError } from '../errors.ts'
import { thumbprintOf } from '../key-thumbprint.ts'

/** A private key under a passphrase, as this file is read. */
export interface SealedKey {
  /** RFC 7638: whose key it is can be said without the passphrase. */
  readonly thumbprint: string
  readonly derivation: Derivation
  readonly salt: Buffer
  readonly nonce: Buffer
  /** AES-256-GCM over PKCS#8 DER, then the tag of 16 octets. */
  readonly ciphertext: Buffer
}

/** RFC 9106: how dear each guess is. Written into the file, so that it can be raised later. */
export interface Derivation {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

// RFC 9106 §4, the second recommended option.
const DERIVATION: Derivation = { memoryKib: 65_536, passes: 3, lanes: 4 }
// What a file may ask of the machine that reads it.
const DEAREST: Derivation = { memoryKib: 1_048_576, passes: 64, lanes: 64 }
const LEAST_CHARACTERS = 8
const TAG_OCTETS = 16
const LABEL = 'SIGNET ENCRYPTED PRIVATE KEY'
const argon2 = promisify(argon2WithCallback)

export function isSealed(text: string): boolean {
  return text.includes(`-----BEGIN ${LABEL}-----`)
}

/** The text of a file that only the passphrase opens; throws `passphrase_weak`. */
export async function sealKey(
  privateKey: KeyObject,
  passphrase: string,
  derivation: Derivation = DERIVATION,
): Promise<string> {
  if (passphrase.length < LEAST_CHARACTERS) {
    throw new DomainError(
      'passphrase_weak',
      `A passphrase of the CA's key has at least ${LEAST_CHARACTERS} characters: choose a longer one`,
    )
  }
  const [salt, nonce] = [randomBytes(16), randomBytes(12)]
  const thumbprint = thumbprintOf(createPublicKey(privateKey))
  const header = encodeHeader({ thumbprint, derivation, salt, nonce })
  const cipher = createCipheriv('aes-256-gcm', await deriveKey(passphrase, salt, derivation), nonce)
  cipher.setAAD(Buffer.from(header))
  const der = privateKey.export({ type: 'pkcs8', format: 'der' })
  const ciphertext = Buffer.concat([cipher.update(der), cipher.final(), cipher.getAuthTag()])
  der.fill(0)
  const lines = ciphertext.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${LABEL}-----\n${header}\n${lines.join('\n')}\n-----END ${LABEL}-----\n`
}

/** Throws `passphrase_wrong`, also where the file was changed: the two cannot be told apart. */
export async function unsealKey(text: string, path: string, passphrase: string): Promise<KeyObject> {
  const { salt, nonce, derivation, ciphertext, ...rest } = parseSealedKey(text, path)
  const decipher = createDecipheriv('aes-256-gcm', await deriveKey(passphrase, salt, derivation), nonce)
  decipher.setAAD(Buffer.from(encodeHeader({ ...rest, derivation, salt, nonce })))
  decipher.setAuthTag(ciphertext.subarray(-TAG_OCTETS))
  try {
    const der = Buffer.concat([decipher.update(ciphertext.subarray(0, -TAG_OCTETS)), decipher.final()])
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    der.fill(0)
    return key
  } catch (cause) {
    throw new DomainError(
      'passphrase_wrong',
      `The passphrase does not open ${path}: it is another, or the file was changed`,
      { cause },
    )
  }
}

// RFC 8265 §4.2.2: the same passphrase, however a keyboard composes its letters.
function deriveKey(passphrase: string, nonce: Buffer, { memoryKib, passes, lanes }: Derivation): Promise<Buffer> {
  const message = Buffer.from(passphrase.normalize('NFC'))
  const parameters: Argon2Parameters = { message, nonce, memory: memoryKib, passes, parallelism: lanes, tagLength: 32 }
  return argon2('argon2id', parameters)
}

/** In the manner of RFC 1421 §4.6; it is authenticated with the key. */
function encodeHeader({ thumbprint, derivation, salt, nonce }: Omit<SealedKey, 'ciphertext'>): string {
  const { memoryKib, passes, lanes } = derivation
  return [
    'Version: 1',
    `Public-Key: ${thumbprint}`,
    `Key-Derivation: argon2id m=${memoryKib},t=${passes},p=${lanes} ${salt.toString('hex')}`,
    `Cipher: aes-256-gcm ${nonce.toString('hex')}`,
    '',
  ].join('\n')
}

const BLOCK = new RegExp(`-----BEGIN ${LABEL}-----\n([^]*?)-----END ${LABEL}-----`)
const HEADER =
  /^Version: 1\nPublic-Key: (?<thumbprint>[\w-]{43})\nKey-Derivation: argon2id m=(?<memory>\d{1,7}),t=(?<passes>\d{1,2}),p=(?<lanes>\d{1,2}) (?<salt>[\da-f]{32})\nCipher: aes-256-gcm (?<nonce>[\da-f]{24})\n\n(?<body>[A-Za-z0-9+/=\n]+)\n$/

/** Throws `file_invalid`. */
export function parseSealedKey(text: string, path: string): SealedKey {
  const [, block = ''] = BLOCK.exec(text.replaceAll('\r\n', '\n')) ?? []
  const version = /^Version: (\d+)\n/.exec(block)?.[1]
  if (version !== undefined && version !== '1') {
    throw invalid(path, `has the form of a newer Signet (version ${version}): start that one`)
  }
  const { thumbprint = '', memory, passes, lanes, salt = '', nonce = '', body = '' } = HEADER.exec(block)?.groups ?? {}
  const derivation = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  const ciphertext = Buffer.from(body, 'base64')
  if (!isBearable(derivation) || ciphertext.length <= TAG_OCTETS) {
    throw invalid(path, 'is damaged or cut short: restore it from a backup')
  }
  return { thumbprint, derivation, salt: Buffer.from(salt, 'hex'), nonce: Buffer.from(nonce, 'hex'), ciphertext }
}

// RFC 9106 §3.1: at least 8 KiB for each lane.
function isBearable({ memoryKib, passes, lanes }: Derivation): boolean {
  const isEnough = lanes >= 1 && passes >= 1 && memoryKib >= 8 * lanes
  return isEnough && memoryKib <= DEAREST.memoryKib && passes <= DEAREST.passes && lanes <= DEAREST.lanes
}

function invalid(path: string, complaint: string): DomainError {
  return new DomainError('file_invalid', `The private key ${path} ${complaint}`)
}
