import { resolve } from 'node:path'
import { parseCertificates, readPath } from './certificate-chain.ts'
import { readFileIfPresent } from './durable-file.ts'
import { type KeyPairPaths, keyPairPaths, previousPaths } from './key-pair-files.ts'
import { rootKeyPath } from './root-key-file.ts'

/** What a backup keeps of the CA. */
export interface AuthorityBackup {
  readonly subject: string
  readonly fingerprint: string
  readonly certificatePem: string
  /** The file of the key as it lies on the disk, encrypted or not; none: the key is elsewhere. */
  readonly keyFile: Buffer | undefined
  /** Whether another CA has signed it. */
  readonly isBelowRoot: boolean
  /** Of the key of that root, in the same way; none: it is kept elsewhere. */
  readonly rootKeyFile: Buffer | undefined
  /** Of the CA before it, until that is retired. */
  readonly previous?: { readonly certificateFile: Buffer; readonly keyFile: Buffer }
}

/** Reads the files of the CA in the folder; of a folder without a CA, nothing. */
export async function readAuthorityBackup(certsDir: string): Promise<AuthorityBackup | undefined> {
  const paths = keyPairPaths(resolve(certsDir), 'ca')
  const { certificatePath, keyPath } = paths
  const certificatePem = await readFileIfPresent(certificatePath)
  if (certificatePem === undefined) return undefined
  const path = readPath(parseCertificates(certificatePem, certificatePath))
  const { subject, fingerprint256: fingerprint } = path[0]
  const previous = await readPrevious(previousPaths(paths))
  return {
    subject: subject.replaceAll('\n', ', '),
    fingerprint,
    certificatePem,
    keyFile: await readKeyFile(keyPath),
    isBelowRoot: path.length > 1,
    rootKeyFile: await readKeyFile(rootKeyPath(resolve(certsDir))),
    ...(previous && { previous }),
  }
}

async function readPrevious({ certificatePath, keyPath }: KeyPairPaths): Promise<AuthorityBackup['previous']> {
  const certificatePem = await readFileIfPresent(certificatePath)
  const keyFile = await readKeyFile(keyPath)
  if (certificatePem === undefined || keyFile === undefined) return undefined
  return { certificateFile: Buffer.from(certificatePem), keyFile }
}

async function readKeyFile(path: string): Promise<Buffer | undefined> {
  const text = await readFileIfPresent(path)
  return text === undefined ? undefined : Buffer.from(text)
}
