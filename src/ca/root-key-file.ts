import { join } from 'node:path'
import { DomainError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { publishFile, readFileIfPresent, stageFile, syncFolder } from './durable-file.ts'
import { isEncrypted, openPrivateKey } from './key-file.ts'
import { exportPrivateKey } from './key-pair.ts'
import { checkKeyPermissions } from './key-pair-files.ts'
import type { RootKeyPlace } from './new-authority.ts'
import { encryptIfClear, protectKey } from './protected-key.ts'

export interface RootKeyFileOptions {
  readonly certsDir: string
  /** `ca.passphrase` */
  readonly passphrase: string | undefined
  readonly logger: Logger
}

/** `root-key.pem`, encrypted as the CA's key is. */
export function createRootKeyFile({ certsDir, passphrase, logger }: RootKeyFileOptions): RootKeyPlace {
  const path = rootKeyPath(certsDir)
  return {
    path,
    async read() {
      const text = await readRootKey(path, logger)
      if (text === undefined) return undefined
      if (!isEncrypted(text) || passphrase !== undefined) return openPrivateKey(text, path, passphrase)
      throw new DomainError(
        'passphrase_missing',
        `${path} is encrypted and no passphrase is configured: set ca.passphrase_file and start again`,
      )
    },
    async keep(privateKey) {
      await stageFile(path, await protectKey(exportPrivateKey(privateKey), passphrase), 0o600)
      await publishFile(path)
      await syncFolder(certsDir)
    },
  }
}

/** At start: one that lies in the clear is encrypted where there is a passphrase; that it lies there at all is told. */
export async function checkRootKeyFile({ certsDir, passphrase, logger }: RootKeyFileOptions): Promise<void> {
  const path = rootKeyPath(certsDir)
  const text = await readRootKey(path, logger)
  if (text === undefined) return
  await encryptIfClear(path, passphrase, logger)
  logger.warn(
    { component: 'ca', path },
    'Key of the root is on this machine: move it to a safe place, the next CA alone needs it',
  )
}

export function rootKeyPath(certsDir: string): string {
  return join(certsDir, 'root-key.pem')
}

async function readRootKey(path: string, logger: Logger): Promise<string | undefined> {
  const text = await readFileIfPresent(path)
  if (text === undefined) return undefined
  const mend = await checkKeyPermissions(path)
  if (mend !== undefined) logger.warn({ component: 'ca', path, mend }, 'Private key is open to its group')
  return text
}
