import type { X509Certificate } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { createKeySigner } from './ca-signer.ts'
import { parseCertificates } from './certificate-chain.ts'
import { readFileIfPresent } from './durable-file.ts'
import { type KeyCustody, toOpenKey } from './key-custody.ts'
import { isEncrypted, openPrivateKey } from './key-file.ts'
import { type KeyPairPaths, keyPairPaths, previousPaths, requirePair } from './key-pair-files.ts'

export interface FileCustodyOptions {
  readonly certsDir: string
  /** Of the CA. */
  readonly certificate: X509Certificate
  /** Whether the file is encrypted. */
  readonly isProtected: boolean
  /** `ca.passphrase` */
  readonly passphrase: string | undefined
}

/** The key lies in a file, which is read each time: its passphrase may have been changed since, or a rotation has moved it. */
export function createFileCustody({ certsDir, certificate, isProtected, passphrase }: FileCustodyOptions): KeyCustody {
  return {
    kind: 'file',
    isProtected,
    async open(secret = passphrase) {
      const paths = await findPair(certsDir, certificate)
      const { keyPath } = paths
      const text = await readFileIfPresent(keyPath)
      if (text === undefined) throw new DomainError('file_invalid', `${keyPath} is missing: restore it from a backup`)
      if (isEncrypted(text) && secret === undefined) {
        throw new DomainError(
          'passphrase_missing',
          `${keyPath} is encrypted and no passphrase was given: run signet ca unlock, or set ca.passphrase_file and start again`,
        )
      }
      const privateKey = await openPrivateKey(text, keyPath, secret)
      requirePair(certificate, privateKey, paths)
      return toOpenKey(createKeySigner(privateKey))
    },
  }
}

/** A rotation puts the pair of the old CA aside. */
async function findPair(certsDir: string, { fingerprint256 }: X509Certificate): Promise<KeyPairPaths> {
  const paths = keyPairPaths(certsDir, 'ca')
  const previous = previousPaths(paths)
  const text = await readFileIfPresent(previous.certificatePath)
  if (text === undefined) return paths
  const present = await readFileIfPresent(paths.certificatePath)
  const isPresent =
    present !== undefined && parseCertificates(present, paths.certificatePath)[0].fingerprint256 === fingerprint256
  return isPresent ? paths : previous
}
