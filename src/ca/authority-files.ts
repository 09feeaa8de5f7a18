import { join, resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { type CertificateAuthority, checkNotExpired, createAuthority, type DistributionPoints } from './authority.ts'
import { createKeySigner } from './ca-signer.ts'
import { readIntermediates } from './certificate-chain.ts'
import { ensureFolder, publishFile, readFileIfPresent, stageFile } from './durable-file.ts'
import { checkIssuerCertificate } from './issuer-certificate.ts'
import type { KeyAlgorithm } from './key-pair.ts'
import { keyPairPaths, openKeyPairFiles, type StoredKeyPair, writeKeyPairFiles } from './key-pair-files.ts'
import { createRootKeyPair } from './root-key-pair.ts'

export interface OpenAuthorityOptions {
  readonly certsDir: string
  readonly clock: Clock
  readonly logger: Logger
  /** `ca.key_algorithm`: of a new root, and of new leaf keys. */
  readonly keyAlgorithm?: KeyAlgorithm
  /** What devices verify the server with, where that is not this CA. */
  readonly anchorPem?: string
  readonly distributionPoints?: DistributionPoints
}

export interface OpenedAuthority {
  readonly authority: CertificateAuthority
  /** False when the folder had a CA, which is then used as it is. */
  readonly created: boolean
}

/** Adopts the CA in the folder, or creates one where there is none. */
export async function openAuthority(options: OpenAuthorityOptions): Promise<OpenedAuthority> {
  const { clock, logger, keyAlgorithm } = options
  const certsDir = resolve(options.certsDir)
  const paths = keyPairPaths(certsDir, 'ca')
  await ensureFolder(certsDir)
  const found = await openKeyPairFiles(paths, logger)
  if (!found) await writeKeyPairFiles(paths, await createRootKeyPair(clock, keyAlgorithm))
  const stored = found ?? (await openKeyPairFiles(paths, logger))
  if (!stored) throw new Error(`${paths.certificatePath} vanished while it was being created`)
  const authority = await adopt(stored, paths.certificatePath, options)
  await copyForDevices(certsDir, options.anchorPem ?? authority.caCertificatePem)
  const { subject, fingerprint, notAfter } = authority
  const created = found === undefined
  const fields = { component: 'ca', path: paths.certificatePath, subject, fingerprint, notAfter }
  logger.info(fields, created ? 'Certificate authority created' : 'Certificate authority opened')
  return { authority, created }
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
    signer: createKeySigner(privateKey),
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

async function copyForDevices(certsDir: string, anchorPem: string): Promise<void> {
  const folder = join(certsDir, 'devices')
  const path = join(folder, 'ca-cert.pem')
  await ensureFolder(folder)
  if ((await readFileIfPresent(path)) === anchorPem) return
  await stageFile(path, anchorPem, 0o644)
  await publishFile(path)
}
