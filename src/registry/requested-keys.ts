import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { thumbprintOf } from '../key-thumbprint.ts'
import { type Certificate, isActive } from './certificate.ts'
import type { CertifiedKeys, LeafIssuer, SigningRequest } from './ports.ts'
import type { CertifiedKey } from './succession.ts'

/** A key that its device has made itself, and that nothing speaks against. */
export interface RequestedKey extends SigningRequest {
  readonly thumbprint: string
  /** Asked again in the tick that keeps the certificate; throws `key_in_use` or `key_compromised`. */
  requireFree(): void
  /** What the device was given for this key after that one, and has not shown yet: the answer may have been lost. */
  findUnused(shown: Certificate): CertifiedKey['certificate'] | undefined
}

/** Reads the key of a PKCS#10 request for this device; throws `csr_invalid`, `key_not_allowed`, `key_in_use`, `key_compromised`. */
export type ReadRequestedKey = (request: Uint8Array, deviceId: string) => Promise<RequestedKey>

export function createRequestedKeys(
  issuer: Pick<LeafIssuer, 'readSigningRequest'>,
  keys: CertifiedKeys,
  clock: Clock,
): ReadRequestedKey {
  return async (request, deviceId) => {
    const read = await issuer.readSigningRequest(request)
    const thumbprint = thumbprintOf(read.publicKey)
    const requireFree = (): void => requireFreeFor(thumbprint, deviceId)
    requireFree()
    const findUnused: RequestedKey['findUnused'] = (shown) => {
      const now = clock()
      const isUnused = (one: Certificate): boolean =>
        one.fingerprint !== shown.fingerprint && one.firstSeenAt === undefined && isActive(one, now)
      return keys
        .listOfKey(thumbprint)
        .filter(isUnused)
        .map(readWhole)
        .find((one) => one && endsAfter(one, shown))
    }
    return { ...read, thumbprint, requireFree, findUnused }
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

function endsAfter({ notAfter }: { readonly notAfter: Date }, shown: Certificate): boolean {
  return shown.notAfter === undefined || notAfter > shown.notAfter
}

/** Of one that was registered by its fingerprint alone there is nothing to give. */
function readWhole(certificate: Certificate): CertifiedKey['certificate'] | undefined {
  const { pem, serialNumber, notBefore, notAfter } = certificate
  if (pem === undefined || serialNumber === undefined || !notBefore || !notAfter) return undefined
  return { ...certificate, pem, serialNumber, notBefore, notAfter }
}
