import type { Clock } from '../clock.ts'
import { type CertificateAuthority, createAuthority, type DistributionPoints } from './authority.ts'
import { parseCertificates } from './certificate-chain.ts'
import { type KeyAlgorithm, parsePrivateKey } from './key-pair.ts'
import type { RootKeyPlace } from './new-authority.ts'
import { createRootKeyPair } from './root-key-pair.ts'

/** A CA that no file holds: it is gone with the process. */
export async function createMemoryAuthority(
  clock: Clock,
  keyAlgorithm?: KeyAlgorithm,
  distributionPoints?: DistributionPoints,
): Promise<CertificateAuthority> {
  const { keyPem, certificatePem } = await createRootKeyPair(clock, keyAlgorithm)
  return createAuthority({
    certificates: parseCertificates(certificatePem, 'the new CA'),
    caCertificatePem: certificatePem,
    privateKey: parsePrivateKey(keyPem, 'the new CA'),
    clock,
    ...(keyAlgorithm && { keyAlgorithm }),
    ...(distributionPoints && { distributionPoints }),
  })
}

/** The key of a root, for as long as the process lives. */
export function createRootKeyMemory(): RootKeyPlace {
  let kept: string | undefined
  return {
    path: 'the memory of the hub',
    read: async () => kept,
    async keep(keyPem) {
      kept = keyPem
    },
  }
}
