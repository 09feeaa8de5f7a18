import type { Clock } from '../clock.ts'
import { type CertificateAuthority, createAuthority, type DistributionPoints } from './authority.ts'
import { createKeySigner } from './ca-signer.ts'
import { parseCertificates } from './certificate-chain.ts'
import { type KeyAlgorithm, parsePrivateKey } from './key-pair.ts'
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
    signer: createKeySigner(parsePrivateKey(keyPem, 'the new CA')),
    clock,
    ...(keyAlgorithm && { keyAlgorithm }),
    ...(distributionPoints && { distributionPoints }),
  })
}
