import { resolve } from 'node:path'
import { refuseWhileRunning } from './app-not-running.ts'
import { readFileIfPresent } from './ca/durable-file.ts'
import { decryptKeyFile, encryptKeyFile, isEncrypted, openPrivateKey, type ReplacedKeyFile } from './ca/key-file.ts'
import { checkKeyPermissions, keyPairPaths, previousPaths } from './ca/key-pair-files.ts'
import { rootKeyPath } from './ca/root-key-file.ts'
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

/**
 * Rewrites the files of the keys while no hub runs: that of the CA, of the one before it and of the root above it, as far as
 * they are there, are not yet as wanted, and the passphrase opens them. Throws what is wrong with a file, before any is
 * changed, or with a passphrase.
 */
export async function changeCaKeys(
  config: Config,
  { present, wanted }: PassphraseChange,
): Promise<readonly ChangedKeyFile[]> {
  refuseWhileRunning(resolve(config.data_dir), 'it reads the key at its start')
  const found = await readKeyFiles(resolve(config.certs_dir))
  const wrongForm = found.filter(({ text }) => isEncrypted(text) !== (present !== undefined))
  const chosen = found.filter((file) => !wrongForm.includes(file))
  if (chosen.length === 0) throw alreadySo(found[0].keyPath, present === undefined)
  const changed: ChangedKeyFile[] = []
  for (const { keyPath, key } of await openKeys(chosen, present)) {
    const replaced = wanted === undefined ? decryptKeyFile(keyPath, key) : encryptKeyFile(keyPath, key, wanted)
    changed.push({ keyPath, ...(await replaced) })
  }
  return changed
}

/** A root's key that was put back may have an older passphrase, and stays as it is. */
async function openKeys(files: readonly KeyFile[], present: string | undefined) {
  const results = await Promise.allSettled(
    files.map(async ({ keyPath, text }) => ({ keyPath, key: await openPrivateKey(text, keyPath, present) })),
  )
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  const worst = faults.find(({ code }) => code !== 'passphrase_wrong')
  if (worst || opened.length === 0) throw worst ?? faults[0]
  return opened
}

interface KeyFile {
  readonly keyPath: string
  readonly text: string
}

async function readKeyFiles(certsDir: string): Promise<readonly [KeyFile, ...KeyFile[]]> {
  const paths = keyPairPaths(certsDir, 'ca')
  const own = await readKeyFile(paths.keyPath)
  if (!own) throw new DomainError('file_invalid', `${paths.keyPath} is missing: there is no key to change`)
  const others = await Promise.all([previousPaths(paths).keyPath, rootKeyPath(certsDir)].map(readKeyFile))
  return [own, ...others.filter((file) => file !== undefined)]
}

async function readKeyFile(keyPath: string): Promise<KeyFile | undefined> {
  const text = await readFileIfPresent(keyPath)
  if (text === undefined) return undefined
  await checkKeyPermissions(keyPath)
  return { keyPath, text }
}

function alreadySo(keyPath: string, encrypted: boolean): DomainError {
  return new DomainError(
    encrypted ? 'file_invalid' : 'ca_key_in_clear',
    encrypted
      ? `${keyPath} is encrypted already: signet ca change-passphrase gives it another passphrase`
      : `${keyPath} is not encrypted: signet ca encrypt-key does that`,
  )
}
