import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DomainError } from '../errors.ts'
import { shortFingerprint } from '../identifiers.ts'
import type { Logger } from '../logger.ts'
import type { AuthorityStorage } from './authorities.ts'
import { parseCertificates } from './certificate-chain.ts'
import { ensureFolder, publishFile, reaching, readFileIfPresent, stageFile, syncFolder } from './durable-file.ts'
import { createFileCustody } from './file-custody.ts'
import {
  type KeyPairFiles,
  type KeyPairPaths,
  keyPairPaths,
  previousPaths,
  readKeyPairFiles,
  replaceKeyPairFiles,
} from './key-pair-files.ts'
import { protectKey } from './protected-key.ts'

export interface RotationFilesOptions {
  readonly certsDir: string
  /** What devices verify the server with, where that is not the hub's CA. */
  readonly anchorPem?: string | undefined
  /** `ca.passphrase` */
  readonly passphrase?: string | undefined
  readonly logger: Logger
}

/**
 * The pair of the old CA stands beside the new one's as `ca-*.previous.pem`, for as long as the rotation is underway: that
 * it is there is all that says so. A key that is retired goes into `retired/`.
 */
export function createRotationFiles({
  certsDir,
  anchorPem,
  passphrase,
  logger,
}: RotationFilesOptions): AuthorityStorage {
  const paths = keyPairPaths(certsDir, 'ca')
  return {
    custodyOf: (certificate) =>
      createFileCustody({ certsDir, certificate, isProtected: passphrase !== undefined, passphrase }),
    async begin(keyPem, certificatePem) {
      const old = await readKeyPairFiles(paths, logger)
      if (!old) throw new DomainError('file_unreachable', `${paths.keyPath} is gone: restore it from a backup`)
      if (await openRetiringPair(certsDir, old, logger)) {
        throw new DomainError(
          'rotation_underway',
          `${previousPaths(paths).keyPath} is the key of a CA that is not retired yet: restart the hub, and retire it first`,
        )
      }
      await replaceKeyPairFiles(paths, old, { keyPem: await protectKey(keyPem, passphrase), certificatePem })
      await copyForDevices(certsDir, anchorPem ?? certificatePem)
    },
    async finish(certificatePem) {
      await writeCertificate(paths.certificatePath, certificatePem)
      await copyForDevices(certsDir, anchorPem ?? certificatePem)
      await retire(previousPaths(paths), certsDir)
    },
  }
}

/** The CA before the present one, where it is not retired; finishes what a process has left that was killed while retiring it. */
export async function openRetiringPair(
  certsDir: string,
  current: Pick<KeyPairFiles, 'certificates'>,
  logger: Logger,
): Promise<KeyPairFiles | undefined> {
  const paths = previousPaths(keyPairPaths(certsDir, 'ca'))
  await finishRetirement(paths, certsDir)
  const stored = await readKeyPairFiles(paths, logger)
  // A rotation that was cut short before the new pair was in its place has not begun.
  return stored?.certificates[0].fingerprint256 === current.certificates[0].fingerprint256 ? undefined : stored
}

/** Replaces the text where it is another, for whoever reads the file at any moment. */
export async function writeCertificate(path: string, certificatePem: string): Promise<void> {
  if ((await readFileIfPresent(path)) === certificatePem) return
  await stageFile(path, certificatePem, 0o644)
  await publishFile(path)
  await syncFolder(dirname(path))
}

/** What is copied onto devices, beside what is made for each. */
export async function copyForDevices(certsDir: string, anchorPem: string): Promise<void> {
  const folder = join(certsDir, 'devices')
  await ensureFolder(folder)
  await writeCertificate(join(folder, 'ca-cert.pem'), anchorPem)
}

async function retire(paths: KeyPairPaths, certsDir: string): Promise<void> {
  const certificatePem = await readFileIfPresent(paths.certificatePath)
  if (certificatePem === undefined) return
  const { keyPath, certificatePath } = await retiredPaths(certificatePem, paths, certsDir)
  // The key first: without it beside, the certificate is no longer that of a CA in use.
  await reaching(keyPath, () => rename(paths.keyPath, keyPath))
  await reaching(certificatePath, () => rename(paths.certificatePath, certificatePath))
  await syncFolder(dirname(keyPath))
  await syncFolder(certsDir)
}

async function finishRetirement(paths: KeyPairPaths, certsDir: string): Promise<void> {
  const certificatePem = await readFileIfPresent(paths.certificatePath)
  if (certificatePem === undefined || (await readFileIfPresent(paths.keyPath)) !== undefined) return
  const { keyPath, certificatePath } = await retiredPaths(certificatePem, paths, certsDir)
  if ((await readFileIfPresent(keyPath)) === undefined) return
  await reaching(certificatePath, () => rename(paths.certificatePath, certificatePath))
}

/** Named by the first of the fingerprint, so that none ever takes another's place. */
async function retiredPaths(certificatePem: string, paths: KeyPairPaths, certsDir: string): Promise<KeyPairPaths> {
  const folder = join(certsDir, 'retired')
  await ensureFolder(folder)
  const [{ fingerprint256 }] = parseCertificates(certificatePem, paths.certificatePath)
  const id = shortFingerprint(fingerprint256)
  return { keyPath: join(folder, `ca-${id}-key.pem`), certificatePath: join(folder, `ca-${id}-cert.pem`) }
}
