import { createPrivateKey } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyCost } from '../../src/backup/archive-key.ts'
import { sealKey } from '../../src/ca/sealed-key.ts'

/** Of a key that costs nothing to derive, for archives that are opened again and again. */
export const CHEAP: KeyCost = { memoryKib: 8, passes: 1, lanes: 1 }

/** Puts the key of the CA in this folder under a passphrase, as a hub does, but for the cost of each guess. */
export async function encryptCheaply(certsDir: string, passphrase: string): Promise<void> {
  const path = join(certsDir, 'ca-key.pem')
  await writeFile(path, await sealKey(createPrivateKey(await readFile(path)), passphrase, CHEAP))
}
