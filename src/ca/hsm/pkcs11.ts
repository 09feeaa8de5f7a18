import type { webcrypto } from 'node:crypto'
import { createRequire } from 'node:module'
import { DomainError } from '../../errors.ts'

/** As much of node-webcrypto-p11, and of graphene-pk11 that lies below it, as is used here. */
export interface Pkcs11Library {
  readonly Crypto: new (place: { readonly library: string } | { readonly session: Pkcs11Session }) => Pkcs11Crypto
}

export interface Pkcs11Crypto {
  readonly slot: Pkcs11Slot
  readonly session: Pkcs11Session
  readonly subtle: Pick<webcrypto.SubtleCrypto, 'exportKey' | 'generateKey'>
  readonly keyStorage: { keys(): Promise<readonly string[]>; getItem(id: string): Promise<Pkcs11Key> }
  login(pin: string): void
}

export interface Pkcs11Slot {
  /** CK_SLOT_ID, in the octets of this machine. */
  readonly handle: Buffer
  readonly module: Pkcs11Module
  getToken(): { readonly label: string }
  open(flags: number): Pkcs11Session
}

export interface Pkcs11Module {
  getSlots(hasToken: boolean): { readonly length: number; items(index: number): Pkcs11Slot }
  finalize(): void
  close(): void
}

export interface Pkcs11Session {
  createSign(mechanism: string, key: object): { once(text: Buffer, done: SignDone): void }
  close(): void
}

type SignDone = (error: Error | null, signature: Buffer) => void

export type Pkcs11Key = webcrypto.CryptoKey & {
  readonly algorithm: { readonly label?: string }
  /** The object in the token. */
  readonly key: object
}

const PACKAGE = 'node-webcrypto-p11'

/** Loads what only hubs with an HSM need; throws `hsm_unavailable` where it could not be compiled. */
export function loadPkcs11(): Pkcs11Library {
  try {
    return createRequire(import.meta.url)(PACKAGE) as Pkcs11Library
  } catch (cause) {
    throw new DomainError(
      'hsm_unavailable',
      `An HSM is reached through the package ${PACKAGE}, which npm compiles where it finds a C++ compiler, make and Python, and which cannot be loaded: install those, then Signet's packages again`,
      { cause },
    )
  }
}

// PKCS#11 v3.1 §6: CKR_PIN_INCORRECT, INVALID, LEN_RANGE, EXPIRED, LOCKED
const PIN_REFUSED: ReadonlySet<number> = new Set([0xa0, 0xa1, 0xa2, 0xa3])
const PIN_LOCKED = 0xa4

/** What a token says as an error of ours: `passphrase_wrong` of the PIN, which is not tried again, else `hsm_unavailable`. */
export function explainPkcs11(error: unknown, module: string): DomainError {
  if (error instanceof DomainError) return error
  const code = readCode(error)
  const said = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
  if (code === PIN_LOCKED) {
    const sentence = 'The token has locked its PIN after too many wrong ones: unlock it with the tool of its vendor'
    return new DomainError('passphrase_wrong', sentence, { cause: error })
  }
  if (code !== undefined && PIN_REFUSED.has(code)) {
    const sentence = `The token refuses the PIN (${said}): mend ca.hsm.pin_file, or give the right one to signet ca unlock; a token locks itself after a few wrong ones`
    return new DomainError('passphrase_wrong', sentence, { cause: error })
  }
  // A library speaks in codes; without one it was not even loaded.
  const look =
    code === undefined ? 'ca.hsm.module names its PKCS#11 library, and that the token is there' : 'the token is there'
  const sentence = `The HSM behind ${module} does not answer as it should (${said}): see that ${look}; the hub tries again by itself`
  return new DomainError('hsm_unavailable', sentence, { cause: error })
}

function readCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'number' ? error.code : undefined
}
