import type { X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { AuthorityStorage } from './authorities.ts'
import { type CertificateAuthority, createAuthority, type Publications } from './authority.ts'
import { findTrialFault } from './authority-trial.ts'
import { CaKey } from './ca-key.ts'
import { createKeySigner } from './ca-signer.ts'
import { parseCertificates, readPath, toChainPem } from './certificate-chain.ts'
import { checkImportedPair, type ImportedPair, readImportedPair, unfit } from './imported-authority.ts'
import { toOpenKey } from './key-custody.ts'
import { type KeyAlgorithm, parsePrivateKey } from './key-pair.ts'
import type { KeyPairText } from './key-pair-files.ts'
import { createAuthorityPair, type Hierarchy, type RootKeyPlace } from './new-authority.ts'

/** The CA that is to follow: one that is made, or one that an administrator brings. */
export type AuthorityWish =
  | { readonly keyAlgorithm?: KeyAlgorithm | undefined; readonly hierarchy?: Hierarchy | undefined }
  | { readonly imported: ImportedPair }

/** It can sign, and nobody knows of it yet. */
export interface NextAuthority {
  readonly authority: CertificateAuthority
  /** Open. */
  readonly key: CaKey
  /** The same, PKCS#8 PEM. */
  readonly keyPem: string
}

export interface NextAuthorityOptions {
  /** `ca.*`: what holds where the wish does not say it. */
  readonly config: {
    readonly hierarchy: Hierarchy
    readonly key_algorithm?: KeyAlgorithm | undefined
  }
  readonly current: CertificateAuthority
  /** Of the certificate that the hub is to show; none where it shows others than its own. */
  readonly serverNames: readonly string[]
  readonly rootKey: RootKeyPlace
  readonly publications: Publications
  /** Where its key is to lie. */
  readonly storage: Pick<AuthorityStorage, 'custodyOf'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Throws `authority_unfit` for what is brought and cannot issue, `root_key_missing` where the root must sign. */
export async function prepareAuthority(wish: AuthorityWish, options: NextAuthorityOptions): Promise<NextAuthority> {
  const { current, publications, storage, clock, logger, config } = options
  const pair = 'imported' in wish ? readImportedPair(wish.imported) : await makePair(wish, options)
  const certificates = readPath(parseCertificates(pair.certificatePem, 'the new CA'))
  const privateKey = parsePrivateKey(pair.keyPem, 'of the new CA')
  if ('imported' in wish) checkImportedPair(certificates, privateKey, clock())
  requireDistinct(certificates[0], current)
  const signer = createKeySigner(privateKey)
  const key = new CaKey({
    custody: storage.custodyOf(certificates[0], signer),
    publicKey: signer.publicKey,
    opened: toOpenKey(signer),
    clock,
    logger,
  })
  const plan = {
    certificates,
    caCertificatePem: toChainPem(certificates),
    signer: key,
    clock,
    ...(config.key_algorithm && { keyAlgorithm: config.key_algorithm }),
  }
  // What is signed to try it names no distribution point that would have to be kept.
  if ('imported' in wish) requireAccepted(await findTrialFault(await createAuthority(plan), options.serverNames))
  const authority = await createAuthority({ ...plan, publications })
  return { authority, key, keyPem: pair.keyPem }
}

function makePair(
  { keyAlgorithm, hierarchy }: Exclude<AuthorityWish, { readonly imported: unknown }>,
  { config, current, rootKey, clock }: NextAuthorityOptions,
): Promise<KeyPairText> {
  return createAuthorityPair({
    hierarchy: hierarchy ?? config.hierarchy,
    keyAlgorithm: keyAlgorithm ?? config.key_algorithm,
    current: current.path,
    rootKey,
    clock,
  })
}

function requireAccepted(fault: string | undefined): void {
  if (fault !== undefined) throw unfit(fault)
}

// RFC 5280 §6.1.3 (a)(4): peers choose an issuer by its name, and so do they its CRL.
function requireDistinct({ subject }: X509Certificate, current: CertificateAuthority): void {
  if (subject !== current.certificate.subject) return
  throw new DomainError(
    'authority_unfit',
    `The new CA has the name of the present one (${subject.replaceAll('\n', ', ')}), and peers tell issuers apart by their names: give it another`,
  )
}
