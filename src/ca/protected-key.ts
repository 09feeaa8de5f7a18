import type { KeyObject } from 'node:crypto'
import type { Logger } from '../logger.ts'
import { readFileIfPresent } from './durable-file.ts'
import { encryptKeyFile, isEncrypted } from './key-file.ts'
import { parsePrivateKey } from './key-pair.ts'
import { sealKey } from './sealed-key.ts'

/** What a file is to hold of a key in the clear: PKCS#8 PEM, and with a passphrase its encrypted form. Throws `passphrase_weak`. */
export async function protectKey(keyPem: string, passphrase: string | undefined): Promise<string> {
  return passphrase === undefined ? keyPem : sealKey(parsePrivateKey(keyPem, 'the new CA'), passphrase)
}

/** In a file that holds it in the clear. */
export async function encryptInPlace(
  path: string,
  privateKey: KeyObject,
  passphrase: string,
  logger: Logger,
): Promise<void> {
  const { hasOtherNames } = await encryptKeyFile(path, privateKey, passphrase)
  const others = hasOtherNames ? 'other names of the file (hard links), ' : ''
  const mend = `destroy every copy of it in the clear: ${others}backups, snapshots and the machine it was made on`
  logger.warn({ component: 'ca', path, mend }, 'CA key encrypted in its file')
}

/** A further file that may lie there, or may not; without a passphrase nothing. */
export async function encryptIfClear(path: string, passphrase: string | undefined, logger: Logger): Promise<void> {
  const text = passphrase === undefined ? undefined : await readFileIfPresent(path)
  if (text === undefined || passphrase === undefined || isEncrypted(text)) return
  await encryptInPlace(path, parsePrivateKey(text, path), passphrase, logger)
}
