import { resolve } from 'node:path'
import { refuseWhileRunning } from './app-not-running.ts'
import { readFileIfPresent } from './ca/durable-file.ts'
import { decryptKeyFile, encryptKeyFile, isEncrypted, openPrivateKey, type ReplacedKeyFile } from './ca/key-file.ts'
import { checkKeyPermissions, keyPairPaths } from './ca/key-pair-files.ts'
import type { Config } from './config.ts'
import { DomainError } from './errors.ts'

/** The passphrase that the file has, and the one it is to have; none: it is in the clear. */
export interface PassphraseChange {
  readonly present?: string
  readonly wanted?: string
}

export interface ChangedKeyFile extends ReplacedKeyFile {
  readonly keyPath: string
}

/** Rewrites the file of the CA's key while no hub runs; throws what is wrong with the file, or with a passphrase. */
export async function changeCaKey(config: Config, { present, wanted }: PassphraseChange): Promise<ChangedKeyFile> {
  refuseWhileRunning(resolve(config.data_dir), 'it reads the key at its start')
  const { keyPath } = keyPairPaths(resolve(config.certs_dir), 'ca')
  const text = await readFileIfPresent(keyPath)
  if (text === undefined) throw new DomainError('file_invalid', `${keyPath} is missing: there is no key to change`)
  await checkKeyPermissions(keyPath)
  requireForm(isEncrypted(text), present !== undefined, keyPath)
  const key = await openPrivateKey(text, keyPath, present)
  const replaced = wanted === undefined ? decryptKeyFile(keyPath, key) : encryptKeyFile(keyPath, key, wanted)
  return { keyPath, ...(await replaced) }
}

function requireForm(encrypted: boolean, expected: boolean, keyPath: string): void {
  if (encrypted === expected) return
  throw new DomainError(
    encrypted ? 'file_invalid' : 'ca_key_in_clear',
    encrypted
      ? `${keyPath} is encrypted already: signet ca change-passphrase gives it another passphrase`
      : `${keyPath} is not encrypted: signet ca encrypt-key does that`,
  )
}
