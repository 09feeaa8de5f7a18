import { resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { joinPem } from './authorities.ts'
import { type CertificateAuthority, checkNotExpired, createAuthority, type DistributionPoints } from './authority.ts'
import { readIntermediates, readPath, toChainPem } from './certificate-chain.ts'
import { ensureFolder } from './durable-file.ts'
import { checkIssuerCertificate } from './issuer-certificate.ts'
import type { KeyAlgorithm } from './key-pair.ts'
import {
  type KeyPairPaths,
  keyPairPaths,
  openKeyPairFiles,
  previousPaths,
  type StoredKeyPair,
  writeKeyPairFiles,
} from './key-pair-files.ts'
import { createAuthorityPair, type Hierarchy, type RootKeyPlace } from './new-authority.ts'
import { copyForDevices, createRootKeyFile, openRetiringPair, writeCertificate } from './rotation-files.ts'

export interface OpenAuthorityOptions {
  readonly certsDir: string
  readonly clock: Clock
  readonly logger: Logger
  /** Of a CA that is made. */
  readonly hierarchy?: Hierarchy
  /** `ca.key_algorithm`: of a new root, and of new leaf keys. */
  readonly keyAlgorithm?: KeyAlgorithm
  /** What devices verify the server with, where that is not this CA. */
  readonly anchorPem?: string
  readonly distributionPoints?: DistributionPoints
}

export interface OpenedAuthority {
  readonly authority: CertificateAuthority
  /** The one before it, where a rotation is underway. */
  readonly retiring?: CertificateAuthority
  /** False when the folder had a CA, which is then used as it is. */
  readonly created: boolean
}

/** Adopts the CA in the folder, or creates one where there is none. */
export async function openAuthority(options: OpenAuthorityOptions): Promise<OpenedAuthority> {
  const { logger } = options
  const certsDir = resolve(options.certsDir)
  const paths = keyPairPaths(certsDir, 'ca')
  await ensureFolder(certsDir)
  const found = await openKeyPairFiles(paths, logger)
  if (!found) await createPair(paths, certsDir, options)
  const stored = found ?? (await openKeyPairFiles(paths, logger))
  if (!stored) throw new Error(`${paths.certificatePath} vanished while it was being created`)
  await warnOfRootKey(createRootKeyFile(certsDir, logger), logger)
  const retiringPair = await openRetiringPair(certsDir, stored, logger)
  const created = found === undefined
  if (!retiringPair) {
    const authority = await adopt(stored, paths.certificatePath, options)
    await copyForDevices(certsDir, options.anchorPem ?? authority.caCertificatePem)
    tell(authority, paths.certificatePath, created, logger)
    return { authority, created }
  }
  const authority = await adoptSuccessor(stored, paths.certificatePath, options)
  const retiring = await openRetiring(retiringPair, previousPaths(paths).certificatePath, options)
  // A retirement that was cut short may have taken the old one out already.
  const certificatePem = joinPem([authority, retiring])
  await writeCertificate(paths.certificatePath, certificatePem)
  await copyForDevices(certsDir, options.anchorPem ?? certificatePem)
  tell(authority, paths.certificatePath, created, logger)
  return { authority, retiring, created }
}

async function createPair(
  paths: KeyPairPaths,
  certsDir: string,
  { clock, logger, hierarchy = 'single', keyAlgorithm }: OpenAuthorityOptions,
): Promise<void> {
  const rootKey = createRootKeyFile(certsDir, logger)
  await writeKeyPairFiles(paths, await createAuthorityPair({ hierarchy, keyAlgorithm, rootKey, clock }))
}

/** Nothing of it is checked but that it can sign: it is to be gone soon, and an expired one must not keep the hub from starting. */
function openRetiring(
  { certificates, privateKey }: StoredKeyPair,
  path: string,
  { clock, logger, distributionPoints }: OpenAuthorityOptions,
): Promise<CertificateAuthority> {
  const chain = readPath(certificates)
  const [{ subject, validTo }] = chain
  logger.info({ component: 'ca', path, subject, notAfter: new Date(validTo) }, 'Retiring certificate authority opened')
  return createAuthority({
    certificates: chain,
    caCertificatePem: toChainPem(chain),
    privateKey,
    clock,
    ...(distributionPoints && { distributionPoints }),
  })
}

/** Without the old CA, which stands behind it in the file. */
function adoptSuccessor(
  stored: StoredKeyPair,
  path: string,
  options: OpenAuthorityOptions,
): Promise<CertificateAuthority> {
  const certificates = readPath(stored.certificates)
  return adopt({ ...stored, certificates, certificatePem: toChainPem(certificates) }, path, options)
}

async function adopt(
  stored: StoredKeyPair,
  path: string,
  options: OpenAuthorityOptions,
): Promise<CertificateAuthority> {
  const { certificates, certificatePem, privateKey } = stored
  const { clock, logger, keyAlgorithm, distributionPoints } = options
  const [issuer] = certificates
  checkIssuerCertificate(issuer, path)
  const authority = await createAuthority({
    certificates,
    caCertificatePem: certificatePem,
    privateKey,
    clock,
    ...(keyAlgorithm && { keyAlgorithm }),
    ...(distributionPoints && { distributionPoints }),
  })
  checkNotExpired(authority.notAfter, `${authority.subject} in ${path}`, clock())
  const warn = (fact: string) => logger.warn({ component: 'ca', path }, fact)
  if (!readIntermediates(certificates).complete) {
    warn('CA file does not reach a self-signed root: append the certificates above the issuing CA to it')
  }
  if (clock() < new Date(issuer.validFrom)) warn('CA is not yet valid: check the clock of this machine')
  if (privateKey.asymmetricKeyType === 'ed25519' || keyAlgorithm === 'ed25519') {
    warn('Ed25519 is in use: devices with mbedTLS cannot verify its signatures')
  }
  return authority
}

function tell(
  { subject, fingerprint, notAfter }: CertificateAuthority,
  path: string,
  created: boolean,
  logger: Logger,
) {
  const fields = { component: 'ca', path, subject, fingerprint, notAfter }
  logger.info(fields, created ? 'Certificate authority created' : 'Certificate authority opened')
}

async function warnOfRootKey({ path, read }: RootKeyPlace, logger: Logger): Promise<void> {
  if ((await read()) === undefined) return
  logger.warn(
    { component: 'ca', path },
    'Key of the root is on this machine: move it to a safe place, the next CA alone needs it',
  )
}
