import type { CaSigner } from './ca-signer.ts'

/** Where the key of the CA lies, and how it is reached. */
export interface KeyCustody {
  readonly kind: 'memory' | 'file' | 'hsm'
  /** Whether a passphrase or PIN stands between the place and the key. */
  readonly isProtected: boolean
  /**
   * With the secret that is given, else with the one that is configured. Throws `passphrase_missing`, `passphrase_wrong`,
   * `hsm_unavailable`, and what is wrong with the file.
   */
  open(secret: string | undefined): Promise<OpenKey>
}

/** Disposed of when the key is locked: from then on it signs nothing. */
export interface OpenKey extends CaSigner, AsyncDisposable {}

/** Of a key in the memory of this process there is nothing to let go of. */
export function toOpenKey(signer: CaSigner): OpenKey {
  return { ...signer, [Symbol.asyncDispose]: async () => undefined }
}

/** A key that no file holds. */
export function createMemoryCustody(signer: CaSigner): KeyCustody {
  return { kind: 'memory', isProtected: false, open: async () => toOpenKey(signer) }
}
