import type { KeyObject } from 'node:crypto'
import { open, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { publishFile, reaching, stageFile, syncFolder } from './durable-file.ts'
import { exportPrivateKey, isEncryptedPem, parsePrivateKey } from './key-pair.ts'
import { isSealed, sealKey, unsealKey } from './sealed-key.ts'

/** Whether the text of a key file is of no use without a passphrase. */
export function isEncrypted(text: string): boolean {
  return isSealed(text) || isEncryptedPem(text)
}

/** Throws `passphrase_wrong` and `file_invalid`; of a key in the clear the passphrase is not asked. */
export async function openPrivateKey(text: string, path: string, passphrase: string | undefined): Promise<KeyObject> {
  if (isSealed(text)) return unsealKey(text, path, passphrase ?? '')
  return isEncryptedPem(text) ? parsePrivateKey(text, path, passphrase ?? '') : parsePrivateKey(text, path)
}

/** Where copies of what stood in a key file may be left, for whoever has to destroy them. */
export interface ReplacedKeyFile {
  /** Other names (hard links) still lead to the old content. */
  readonly hasOtherNames: boolean
}

/** The key under a passphrase, from now on, in its file; throws `passphrase_weak`. */
export async function encryptKeyFile(path: string, key: KeyObject, passphrase: string): Promise<ReplacedKeyFile> {
  const text = await sealKey(key, passphrase)
  // The old file is about to be destroyed: what takes its place has to have been opened once.
  const again = await unsealKey(text, path, passphrase)
  if (!again.equals(key)) throw new Error(`The key that was encrypted for ${path} cannot be read back`)
  return replaceKeyFile(path, text)
}

/** The key in the clear, from now on. */
export function decryptKeyFile(path: string, key: KeyObject): Promise<ReplacedKeyFile> {
  return replaceKeyFile(path, exportPrivateKey(key))
}

/** At every moment the whole old file or the whole new one is at `path`; then the old content is overwritten. */
async function replaceKeyFile(path: string, text: string): Promise<ReplacedKeyFile> {
  // A link is followed, so that it stays one and what it leads to does not stay in the clear.
  const real = await reaching(path, () => realpath(path))
  return reaching(real, async () => {
    await using old = await open(real, 'r+')
    const { size, nlink } = await old.stat()
    await stageFile(real, text, 0o600)
    await publishFile(real)
    await syncFolder(dirname(real))
    // Another name of the file is somebody's copy, and theirs to destroy.
    if (nlink > 1) return { hasOtherNames: true }
    await old.write(Buffer.alloc(size), 0, size, 0)
    await old.sync()
    return { hasOtherNames: false }
  })
}
