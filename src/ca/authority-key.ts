import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { AskSecret } from './ca-key.ts'
import type { CertificateChain } from './certificate-chain.ts'
import { createFileCustody } from './file-custody.ts'
import { type HsmOptions, openHsmAuthority } from './hsm/hsm-custody.ts'
import type { KeyCustody } from './key-custody.ts'
import { isEncrypted } from './key-file.ts'
import { type KeyAlgorithm, parsePrivateKey } from './key-pair.ts'
import {
  type KeyPairFiles,
  type KeyPairPaths,
  type KeyPairText,
  keyPairPaths,
  readKeyPairFiles,
  requirePair,
  writeKeyPairFiles,
} from './key-pair-files.ts'
import { createAuthorityPair, type Hierarchy } from './new-authority.ts'
import { encryptInPlace, protectKey } from './protected-key.ts'
import { createRootKeyFile } from './root-key-file.ts'
import { isSealed, parseSealedKey } from './sealed-key.ts'

export interface AuthorityKeyOptions {
  /** Absolute. */
  readonly certsDir: string
  readonly clock: Clock
  readonly logger: Logger
  /** Of a CA that is made. */
  readonly hierarchy?: Hierarchy
  /** `ca.key_algorithm`: of a new root, and of new leaf keys. */
  readonly keyAlgorithm?: KeyAlgorithm
  /** `ca.passphrase`: what the key is encrypted with, from the first start with it on. */
  readonly passphrase?: string
  /** For the passphrase of a key that is encrypted, where none is configured. */
  readonly askSecret?: AskSecret
  /** `ca.hsm`: the key lies there, and in no file. */
  readonly hsm?: HsmOptions
}

export interface StoredAuthority {
  readonly custody: KeyCustody
  readonly certificates: CertificateChain
  readonly certificatePem: string
  readonly created: boolean
}

/** The CA as it is stored, its key not opened yet; made where there is none. */
export function openStoredAuthority(options: AuthorityKeyOptions): Promise<StoredAuthority> {
  const { certsDir, hsm, keyAlgorithm, askSecret, clock, logger } = options
  const paths = keyPairPaths(certsDir, 'ca')
  return hsm ? openHsmAuthority({ hsm, paths, keyAlgorithm, askSecret, clock, logger }) : openKeyFiles(paths, options)
}

async function openKeyFiles(paths: KeyPairPaths, options: AuthorityKeyOptions): Promise<StoredAuthority> {
  const { logger } = options
  const found = await readKeyPairFiles(paths, logger)
  if (!found) await writeKeyPairFiles(paths, await createKeyPairText(options))
  const stored = found ?? (await readKeyPairFiles(paths, logger))
  if (!stored) throw new Error(`${paths.certificatePath} vanished while it was being created`)
  const { certificates, certificatePem } = stored
  return { custody: await takeKey(stored, paths, options), certificates, certificatePem, created: found === undefined }
}

/** Of a pair in files, encrypted from now on where there is a passphrase. */
export async function takeKey(
  { keyPem, certificates }: KeyPairFiles,
  paths: KeyPairPaths,
  { certsDir, passphrase, logger }: Pick<AuthorityKeyOptions, 'certsDir' | 'passphrase' | 'logger'>,
): Promise<KeyCustody> {
  const [certificate] = certificates
  if (isSealed(keyPem)) requirePair(certificate, parseSealedKey(keyPem, paths.keyPath), paths)
  if (passphrase !== undefined && !isEncrypted(keyPem)) {
    const privateKey = parsePrivateKey(keyPem, paths.keyPath)
    requirePair(certificate, privateKey, paths)
    await encryptInPlace(paths.keyPath, privateKey, passphrase, logger)
  }
  const isProtected = passphrase !== undefined || isEncrypted(keyPem)
  return createFileCustody({ certsDir, certificate, isProtected, passphrase })
}

/** Of a new CA; with a passphrase no key of it ever touches the disk in the clear. */
async function createKeyPairText(options: AuthorityKeyOptions): Promise<KeyPairText> {
  const { certsDir, clock, logger, hierarchy = 'single', keyAlgorithm, passphrase } = options
  const rootKey = createRootKeyFile({ certsDir, passphrase, logger })
  const text = await createAuthorityPair({ hierarchy, keyAlgorithm, rootKey, clock })
  return { ...text, keyPem: await protectKey(text.keyPem, passphrase) }
}
