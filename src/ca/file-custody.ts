import type { X509Certificate } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { createKeySigner } from './ca-signer.ts'
import { readFileIfPresent } from './durable-file.ts'
import type { KeyCustody } from './key-custody.ts'
import { isEncrypted, openPrivateKey } from './key-file.ts'
import { type KeyPairPaths, requirePair } from './key-pair-files.ts'

export interface FileCustodyOptions {
  readonly paths: KeyPairPaths
  /** Of the CA. */
  readonly certificate: X509Certificate
  /** Whether the file is encrypted. */
  readonly isProtected: boolean
  /** `ca.passphrase` */
  readonly passphrase: string | undefined
}

/** The key lies in `ca-key.pem`, which is read each time: its passphrase may have been changed since. */
export function createFileCustody(options: FileCustodyOptions): KeyCustody {
  const { paths, certificate, isProtected, passphrase } = options
  const { keyPath } = paths
  return {
    kind: 'file',
    isProtected,
    async open(secret = passphrase) {
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
      return { ...createKeySigner(privateKey), [Symbol.asyncDispose]: async () => undefined }
    },
  }
}
