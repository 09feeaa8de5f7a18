import type { KeyObject } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { AuthorityStorage } from './authorities.ts'
import { type CertificateAuthority, createAuthority, type Publications } from './authority.ts'
import { CaKey } from './ca-key.ts'
import { createKeySigner } from './ca-signer.ts'
import { parseCertificates } from './certificate-chain.ts'
import { createMemoryCustody } from './key-custody.ts'
import { type KeyAlgorithm, parsePrivateKey } from './key-pair.ts'
import type { RootKeyPlace } from './new-authority.ts'
import { createRootKeyPair } from './root-key-pair.ts'

/** The key of a CA that no file holds, as hubs ask for it; it cannot be locked. */
export async function openMemoryKey(authority: CertificateAuthority, clock: Clock, logger: Logger): Promise<CaKey> {
  const custody = createMemoryCustody(authority.signer)
  const key = new CaKey({ custody, publicKey: authority.certificate.publicKey, clock, logger })
  await key.open()
  return key
}

/** A CA that no file holds: it is gone with the process. */
export async function createMemoryAuthority(
  clock: Clock,
  keyAlgorithm?: KeyAlgorithm,
  publications?: Publications,
): Promise<CertificateAuthority> {
  const { keyPem, certificatePem } = await createRootKeyPair(clock, keyAlgorithm)
  return createAuthority({
    certificates: parseCertificates(certificatePem, 'the new CA'),
    caCertificatePem: certificatePem,
    signer: createKeySigner(parsePrivateKey(keyPem, 'the new CA')),
    clock,
    ...(keyAlgorithm && { keyAlgorithm }),
    ...(publications && { publications }),
  })
}

/** What a rotation leaves for a restart: nothing. */
export const MEMORY_STORAGE: AuthorityStorage = {
  custodyOf: (_certificate, signer) => createMemoryCustody(signer),
  begin: () => Promise.resolve(),
  finish: () => Promise.resolve(),
}

/** The key of a root, for as long as the process lives. */
export function createRootKeyMemory(): RootKeyPlace {
  let kept: KeyObject | undefined
  return {
    path: 'the memory of the hub',
    read: async () => kept,
    async keep(privateKey) {
      kept = privateKey
    },
  }
}
