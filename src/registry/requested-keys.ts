import type { KeyObject } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { thumbprintOf } from '../key-thumbprint.ts'
import type { CertifiedKeys, LeafIssuer } from './ports.ts'

/** A key that its device has made itself, and that nothing speaks against. */
export interface RequestedKey {
  readonly publicKey: KeyObject
  /** Asked again in the tick that keeps the certificate; throws `key_in_use` or `key_compromised`. */
  requireFree(): void
}

/** Reads the key of a PKCS#10 request for this device; throws `csr_invalid`, `key_not_allowed`, `key_in_use`, `key_compromised`. */
export type ReadRequestedKey = (request: Uint8Array, deviceId: string) => Promise<RequestedKey>

export function createRequestedKeys(
  issuer: Pick<LeafIssuer, 'readRequestedKey'>,
  keys: CertifiedKeys,
): ReadRequestedKey {
  return async (request, deviceId) => {
    const publicKey = await issuer.readRequestedKey(request)
    const thumbprint = thumbprintOf(publicKey)
    const requireFree = (): void => requireFreeFor(thumbprint, deviceId)
    requireFree()
    return { publicKey, requireFree }
  }

  function requireFreeFor(thumbprint: string, deviceId: string): void {
    const certified = keys.listOfKey(thumbprint)
    const compromised = certified.find(({ revocationReason }) => revocationReason === 'keyCompromise')
    if (compromised) {
      throw new DomainError(
        'key_compromised',
        `The key is that of certificate ${compromised.fingerprint}, which was revoked because the key was compromised: make a new one`,
        { details: { keyOf: compromised.fingerprint } },
      )
    }
    const others = certified.find(({ kind, subjectId }) => kind !== 'device' || subjectId !== deviceId)
    if (!others) return
    throw new DomainError(
      'key_in_use',
      `The key is that of certificate ${others.fingerprint} of another identity: make one that is this device's alone`,
      { details: { keyOf: others.fingerprint } },
    )
  }
}
