import type { KeyObject, X509Certificate } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DomainError } from '../errors.ts'
import { thumbprintOf } from '../key-thumbprint.ts'
import type { Logger } from '../logger.ts'
import { type CertificateChain, parseCertificates } from './certificate-chain.ts'
import {
  discardStagedFile,
  listFolder,
  publishFile,
  reaching,
  readFileIfPresent,
  stagedPath,
  stageFile,
  syncFolder,
} from './durable-file.ts'
import { parsePrivateKey } from './key-pair.ts'
import { isSealed, parseSealedKey, type SealedKey } from './sealed-key.ts'

export interface KeyPairPaths {
  readonly keyPath: string
  readonly certificatePath: string
}

export interface KeyPairText {
  readonly keyPem: string
  readonly certificatePem: string
}

/** As the files have it: the key may be encrypted. */
export interface KeyPairFiles extends KeyPairText {
  readonly certificates: CertificateChain
}

export interface StoredKeyPair extends KeyPairFiles {
  readonly privateKey: KeyObject
}

export function keyPairPaths(folder: string, name: 'ca' | 'server'): KeyPairPaths {
  return { keyPath: join(folder, `${name}-key.pem`), certificatePath: join(folder, `${name}-cert.pem`) }
}

/** The pair with its key, which no passphrase protects. */
export async function openKeyPairFiles(paths: KeyPairPaths, logger: Logger): Promise<StoredKeyPair | undefined> {
  const files = await readKeyPairFiles(paths, logger)
  if (!files) return undefined
  const privateKey = parsePrivateKey(files.keyPem, paths.keyPath)
  requirePair(files.certificates[0], privateKey, paths)
  return { ...files, privateKey }
}

/** Finishes or discards what a process that was killed while writing has left, then reads the pair, if there is one. */
export async function readKeyPairFiles(paths: KeyPairPaths, logger: Logger): Promise<KeyPairFiles | undefined> {
  await finishWriting(paths)
  const { keyPath, certificatePath } = paths
  const certificatePem = await readFileIfPresent(certificatePath)
  const keyPem = await readFileIfPresent(keyPath)
  if (certificatePem === undefined && keyPem === undefined) return undefined
  if (keyPem === undefined || certificatePem === undefined) {
    const [present, missing] = keyPem === undefined ? [certificatePath, keyPath] : [keyPath, certificatePath]
    throw new DomainError(
      'file_invalid',
      `${missing} is missing beside ${present}: restore it, or move ${present} away`,
    )
  }
  const mend = await checkKeyPermissions(keyPath)
  if (mend !== undefined) logger.warn({ component: 'ca', path: keyPath, mend }, 'Private key is open to its group')
  return { keyPem, certificatePem, certificates: parseCertificates(certificatePem, certificatePath) }
}

/** Throws `key_mismatch`. */
export function requirePair(
  certificate: X509Certificate,
  key: KeyObject | SealedKey,
  { keyPath, certificatePath }: KeyPairPaths,
): void {
  if (isOwnKey(certificate, key)) return
  throw new DomainError(
    'key_mismatch',
    `The private key ${keyPath} does not belong to the first certificate of ${certificatePath}: restore the pair that belongs together`,
  )
}

function isOwnKey(certificate: X509Certificate, key: KeyObject | SealedKey): boolean {
  if (!('thumbprint' in key)) return certificate.checkPrivateKey(key)
  return thumbprintOf(certificate.publicKey) === key.thumbprint
}

/** Both files or, to whoever opens them next, none. */
export async function writeKeyPairFiles({ keyPath, certificatePath }: KeyPairPaths, text: KeyPairText): Promise<void> {
  await stageFile(keyPath, text.keyPem, 0o600)
  await stageFile(certificatePath, text.certificatePem, 0o644)
  // The key first: a key in place whose certificate is still staged is how a write cut short here is known and finished.
  await publishFile(keyPath)
  await publishFile(certificatePath)
  await syncFolder(dirname(keyPath))
}

/** Keeps the old pair beside as `….previous.pem`, then writes the new one in its place. */
export async function replaceKeyPairFiles(paths: KeyPairPaths, old: KeyPairText, text: KeyPairText): Promise<void> {
  await writeKeyPairFiles(previousPaths(paths), old)
  await writeKeyPairFiles(paths, text)
}

/** Where the pair is kept that a newer one has replaced. */
export function previousPaths({ keyPath, certificatePath }: KeyPairPaths): KeyPairPaths {
  const previous = (path: string) => path.replace(/\.pem$/, '.previous.pem')
  return { keyPath: previous(keyPath), certificatePath: previous(certificatePath) }
}

async function finishWriting(paths: KeyPairPaths): Promise<void> {
  // Listed first: a folder on a read-only file system that needs nothing done must open.
  const present = await listFolder(dirname(paths.keyPath))
  for (const pair of [previousPaths(paths), paths]) {
    const staged = [pair.certificatePath, pair.keyPath].filter((path) => present.includes(basename(stagedPath(path))))
    if (staged.includes(pair.certificatePath) && (await isHalfPublished(pair))) {
      await publishFile(pair.certificatePath)
      await syncFolder(dirname(pair.certificatePath))
    }
    for (const path of staged) await discardStagedFile(path)
  }
}

// A certificate that somebody has meanwhile put beside the key, and that fits it, is theirs and stays.
async function isHalfPublished({ keyPath, certificatePath }: KeyPairPaths): Promise<boolean> {
  const keyPem = await readFileIfPresent(keyPath)
  if (keyPem === undefined) return false
  const staged = await readFileIfPresent(stagedPath(certificatePath))
  return isPair(staged, keyPem) && !isPair(await readFileIfPresent(certificatePath), keyPem)
}

function isPair(certificatePem: string | undefined, keyPem: string): boolean {
  if (certificatePem === undefined) return false
  try {
    const key = isSealed(keyPem) ? parseSealedKey(keyPem, '') : parsePrivateKey(keyPem, '')
    return isOwnKey(parseCertificates(certificatePem, '')[0], key)
  } catch (error) {
    // A staged file may end anywhere, and then it fits nothing; files in place are judged in earnest when they are read.
    if (error instanceof DomainError) return false
    throw error
  }
}

/** Refuses a key that everybody may read; of one that its group may read, the command that mends it. */
export async function checkKeyPermissions(path: string): Promise<string | undefined> {
  const { mode } = await reaching(path, () => stat(path))
  const command = `chmod 600 ${shellWord(path)}`
  if ((mode & 0o007) !== 0) {
    throw new DomainError(
      'file_permissions',
      `Every user of this machine may use the private key ${path}: run ${command}`,
    )
  }
  return (mode & 0o070) === 0 ? undefined : command
}

function shellWord(path: string): string {
  return /^[\w./:@%+,=-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
