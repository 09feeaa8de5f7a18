import { type KeyObject, X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { type CertificateChain, isSelfSigned } from './certificate-chain.ts'
import { generateKeyPair, type KeyAlgorithm } from './key-pair.ts'
import type { KeyPairText } from './key-pair-files.ts'
import { certifyUpperRoot, createIssuingKeyPair, createRootKeyPair } from './root-key-pair.ts'

/** One CA that issues, or one that is signed by a root of its own. */
export type Hierarchy = 'single' | 'two_tier'

/** Where the key of a root lies whose certificates another CA issues; it may be taken away at any time. */
export interface RootKeyPlace {
  /** As a refusal names it. */
  readonly path: string
  read(): Promise<KeyObject | undefined>
  keep(privateKey: KeyObject): Promise<void>
}

export interface NewAuthorityOptions {
  readonly hierarchy: Hierarchy
  /** Of each key that is made. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined
  /** The CA that is there, with what leads to its root; its root signs the new one, where there are two tiers. */
  readonly current?: CertificateChain
  readonly rootKey: RootKeyPlace
  readonly clock: Clock
}

/** Makes the pair of a new CA: the first one, or the next. Throws `root_key_missing` or `key_mismatch`. */
export async function createAuthorityPair(options: NewAuthorityOptions): Promise<KeyPairText> {
  const { hierarchy, keyAlgorithm, clock } = options
  if (hierarchy === 'single') return createRootKeyPair(clock, keyAlgorithm)
  return createIssuingKeyPair(clock, await openRoot(options), keyAlgorithm)
}

interface Root {
  readonly certificate: X509Certificate
  readonly privateKey: KeyObject
}

async function openRoot({ current, rootKey, keyAlgorithm, clock }: NewAuthorityOptions): Promise<Root> {
  const privateKey = await rootKey.read()
  const certificate = current && upperRootOf(current)
  if (privateKey !== undefined) {
    // A start that was cut short has left it without a certificate.
    if (!certificate) return { privateKey, certificate: new X509Certificate(await certifyUpperRoot(clock, privateKey)) }
    if (certificate.checkPrivateKey(privateKey)) return { privateKey, certificate }
    throw new DomainError(
      'key_mismatch',
      `The private key ${rootKey.path} does not belong to the root of the present CA (${certificate.subject}): put that one's key there`,
    )
  }
  if (certificate) {
    throw new DomainError(
      'root_key_missing',
      `The root's key is not here, and it has to sign the new CA: put it back as ${rootKey.path} for this call`,
    )
  }
  const made = await generateKeyPair(keyAlgorithm ?? 'ec-p256')
  await rootKey.keep(made.privateKey)
  return {
    privateKey: made.privateKey,
    certificate: new X509Certificate(await certifyUpperRoot(clock, made.privateKey)),
  }
}

/** The root above another CA; none where the CA is its own root, or the root is unknown. */
function upperRootOf(path: CertificateChain): X509Certificate | undefined {
  const last = path.at(-1)
  return path.length > 1 && last && isSelfSigned(last) ? last : undefined
}
