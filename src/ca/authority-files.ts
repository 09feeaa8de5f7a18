import { join, resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { type CertificateAuthority, checkNotExpired, createAuthority, type DistributionPoints } from './authority.ts'
import { type AskSecret, CaKey } from './ca-key.ts'
import { type CertificateChain, readIntermediates } from './certificate-chain.ts'
import { ensureFolder, publishFile, readFileIfPresent, stageFile } from './durable-file.ts'
import { createFileCustody } from './file-custody.ts'
import { type HsmOptions, openHsmAuthority } from './hsm/hsm-custody.ts'
import { checkIssuerCertificate } from './issuer-certificate.ts'
import type { KeyCustody } from './key-custody.ts'
import { encryptKeyFile, isEncrypted } from './key-file.ts'
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
import { createRootKeyPair } from './root-key-pair.ts'
import { isSealed, parseSealedKey, sealKey } from './sealed-key.ts'

export interface OpenAuthorityOptions {
  readonly certsDir: string
  readonly clock: Clock
  readonly logger: Logger
  /** `ca.key_algorithm`: of a new root, and of new leaf keys. */
  readonly keyAlgorithm?: KeyAlgorithm
  /** `ca.passphrase`: what the key is encrypted with, from the first start with it on. */
  readonly passphrase?: string
  /** For the passphrase of a key that is encrypted, where none is configured. */
  readonly askSecret?: AskSecret
  /** `ca.hsm`: the key lies there, and in no file. */
  readonly hsm?: HsmOptions
  /** What devices verify the server with, where that is not this CA. */
  readonly anchorPem?: string
  readonly distributionPoints?: DistributionPoints
}

export interface OpenedAuthority {
  readonly authority: CertificateAuthority
  readonly key: CaKey
  /** False when the folder had a CA, which is then used as it is. */
  readonly created: boolean
}

/** Adopts the CA in the folder, or creates one where there is none. */
export async function openAuthority(options: OpenAuthorityOptions): Promise<OpenedAuthority> {
  const { logger } = options
  const certsDir = resolve(options.certsDir)
  const paths = keyPairPaths(certsDir, 'ca')
  await ensureFolder(certsDir)
  const { custody, created, ...stored } = await openKey(paths, options)
  const { authority, key } = await adopt({ custody, ...stored }, paths.certificatePath, options)
  await copyForDevices(certsDir, options.anchorPem ?? authority.caCertificatePem)
  const { subject, fingerprint, notAfter } = authority
  const fields = { component: 'ca', path: paths.certificatePath, subject, fingerprint, notAfter }
  logger.info(fields, created ? 'Certificate authority created' : 'Certificate authority opened')
  return { authority, key, created }
}

interface StoredAuthority {
  readonly custody: KeyCustody
  readonly certificates: CertificateChain
  readonly certificatePem: string
  readonly created: boolean
}

function openKey(paths: KeyPairPaths, options: OpenAuthorityOptions): Promise<StoredAuthority> {
  const { hsm, keyAlgorithm, askSecret, clock, logger } = options
  return hsm ? openHsmAuthority({ hsm, paths, keyAlgorithm, askSecret, clock, logger }) : openKeyFiles(paths, options)
}

async function openKeyFiles(paths: KeyPairPaths, options: OpenAuthorityOptions): Promise<StoredAuthority> {
  const { logger, passphrase } = options
  const found = await readKeyPairFiles(paths, logger)
  if (!found) await writeKeyPairFiles(paths, await createKeyPairText(options))
  const stored = found ?? (await readKeyPairFiles(paths, logger))
  if (!stored) throw new Error(`${paths.certificatePath} vanished while it was being created`)
  const { certificates, certificatePem, keyPem } = stored
  const [certificate] = certificates
  if (isSealed(keyPem)) requirePair(certificate, parseSealedKey(keyPem, paths.keyPath), paths)
  if (passphrase !== undefined && !isEncrypted(keyPem)) await encryptInPlace(stored, paths, passphrase, logger)
  const isProtected = passphrase !== undefined || isEncrypted(keyPem)
  const custody = createFileCustody({ paths, certificate, isProtected, passphrase })
  return { custody, certificates, certificatePem, created: found === undefined }
}

/** Of a new root; with a passphrase its key never touches the disk in the clear. */
async function createKeyPairText({ clock, keyAlgorithm, passphrase }: OpenAuthorityOptions): Promise<KeyPairText> {
  const text = await createRootKeyPair(clock, keyAlgorithm)
  if (passphrase === undefined) return text
  return { ...text, keyPem: await sealKey(parsePrivateKey(text.keyPem, 'the new CA'), passphrase) }
}

async function encryptInPlace(
  { keyPem, certificates }: KeyPairFiles,
  paths: KeyPairPaths,
  passphrase: string,
  logger: Logger,
): Promise<void> {
  const { keyPath: path } = paths
  const privateKey = parsePrivateKey(keyPem, path)
  requirePair(certificates[0], privateKey, paths)
  const { hasOtherNames } = await encryptKeyFile(path, privateKey, passphrase)
  const others = hasOtherNames ? 'other names of the file (hard links), ' : ''
  const mend = `destroy every copy of it in the clear: ${others}backups, snapshots and the machine it was made on`
  logger.warn({ component: 'ca', path, mend }, 'CA key encrypted in its file')
}

async function adopt(
  { custody, certificates, certificatePem }: Omit<StoredAuthority, 'created'>,
  path: string,
  options: OpenAuthorityOptions,
): Promise<Pick<OpenedAuthority, 'authority' | 'key'>> {
  const { clock, logger, keyAlgorithm, distributionPoints, askSecret } = options
  const [issuer] = certificates
  checkIssuerCertificate(issuer, path)
  const key = new CaKey({ custody, publicKey: issuer.publicKey, clock, logger })
  await key.open(askSecret)
  const authority = await createAuthority({
    certificates,
    caCertificatePem: certificatePem,
    signer: key,
    clock,
    ...(keyAlgorithm && { keyAlgorithm }),
    ...(distributionPoints && { distributionPoints }),
  })
  checkNotExpired(authority.notAfter, `${authority.subject} in ${path}`, clock())
  warnOf(certificates, path, options)
  return { authority, key }
}

function warnOf(certificates: CertificateChain, path: string, { clock, logger, keyAlgorithm }: OpenAuthorityOptions) {
  const [issuer] = certificates
  const warn = (fact: string) => logger.warn({ component: 'ca', path }, fact)
  if (!readIntermediates(certificates).complete) {
    warn('CA file does not reach a self-signed root: append the certificates above the issuing CA to it')
  }
  if (clock() < new Date(issuer.validFrom)) warn('CA is not yet valid: check the clock of this machine')
  if (issuer.publicKey.asymmetricKeyType === 'ed25519' || keyAlgorithm === 'ed25519') {
    warn('Ed25519 is in use: devices with mbedTLS cannot verify its signatures')
  }
}

async function copyForDevices(certsDir: string, anchorPem: string): Promise<void> {
  const folder = join(certsDir, 'devices')
  const path = join(folder, 'ca-cert.pem')
  await ensureFolder(folder)
  if ((await readFileIfPresent(path)) === anchorPem) return
  await stageFile(path, anchorPem, 0o644)
  await publishFile(path)
}
