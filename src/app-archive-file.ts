import { createReadStream } from 'node:fs'
import { verifyArchive } from './backup/archive.ts'
import type { Manifest } from './backup/manifest.ts'
import { databaseFailure } from './db/database-failure.ts'

/** Reads an archive to its end; throws what is wrong with it. */
export async function readArchiveFile(file: string, passphrase: string): Promise<Manifest> {
  try {
    return await verifyArchive(openArchiveFile(file), passphrase)
  } catch (error) {
    throw databaseFailure(file, error)
  }
}

export function openArchiveFile(file: string): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: 1_048_576 })
}
