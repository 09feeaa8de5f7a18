import { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { DomainError } from '../errors.ts'
import { readFileIfPresent } from './durable-file.ts'
import { type KeyPairPaths, keyPairPaths, previousPaths } from './key-pair-files.ts'

/** What a backup keeps of the CA. */
export interface AuthorityBackup {
  readonly subject: string
  readonly fingerprint: string
  readonly certificatePem: string
  /** The file of the key as it lies on the disk, encrypted or not; none: the key is elsewhere. */
  readonly keyFile: Buffer | undefined
  /** Of the CA before it, until that is retired. */
  readonly previous?: { readonly certificateFile: Buffer; readonly keyFile: Buffer }
}

/** Reads the files of the CA in the folder; of a folder without a CA, nothing. */
export async function readAuthorityBackup(certsDir: string): Promise<AuthorityBackup | undefined> {
  const paths = keyPairPaths(resolve(certsDir), 'ca')
  const { certificatePath, keyPath } = paths
  const certificatePem = await readFileIfPresent(certificatePath)
  if (certificatePem === undefined) return undefined
  const keyText = await readFileIfPresent(keyPath)
  const { subject, fingerprint256: fingerprint } = parseFirst(certificatePem, certificatePath)
  const previous = await readPrevious(previousPaths(paths))
  return {
    subject: subject.replaceAll('\n', ', '),
    fingerprint,
    certificatePem,
    keyFile: keyText === undefined ? undefined : Buffer.from(keyText),
    ...(previous && { previous }),
  }
}

async function readPrevious({ certificatePath, keyPath }: KeyPairPaths): Promise<AuthorityBackup['previous']> {
  const certificatePem = await readFileIfPresent(certificatePath)
  const keyText = await readFileIfPresent(keyPath)
  if (certificatePem === undefined || keyText === undefined) return undefined
  return { certificateFile: Buffer.from(certificatePem), keyFile: Buffer.from(keyText) }
}

function parseFirst(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new DomainError('file_invalid', `The file ${path} holds no certificate in PEM form`, { cause })
  }
}
