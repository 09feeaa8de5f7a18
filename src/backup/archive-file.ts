import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DomainError } from '../errors.ts'
import { verifyArchive } from './archive.ts'
import type { Manifest } from './manifest.ts'

export function openArchiveFile(path: string): AsyncIterable<Buffer> {
  // In the pieces of a stream's own choice: what is made of one holds the event loop for as long.
  return createReadStream(path)
}

/**
 * Writes an archive into a file of its owner alone, and reads it back before it gets its name: under that it is whole, or
 * absent. Throws `file_unreachable`, and what `verifyArchive` throws.
 */
export async function saveArchive(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  passphrase: string,
): Promise<Manifest> {
  const waiting = `${path}.${randomUUID()}.tmp`
  const file = await openNew(waiting).catch((cause: unknown) => Promise.reject(nameFailure(path, cause)))
  try {
    await pipeline(stream, file)
    const manifest = await verifyArchive(openArchiveFile(waiting), passphrase)
    await rename(waiting, path)
    await syncFolder(dirname(path))
    return manifest
  } catch (cause) {
    throw nameFailure(path, cause)
  } finally {
    await rm(waiting, { force: true })
  }
}

async function openNew(path: string) {
  const file = await open(path, 'wx', 0o600)
  // On the disk before it is closed.
  return file.createWriteStream({ flush: true })
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder)
  await handle.sync()
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: let the user that runs Signet write there (chown, chmod)',
  EDQUOT: 'the disk quota is used up: free some space',
  EISDIR: 'it is a folder: name a file',
  ENOENT: 'there is no such folder: make it',
  ENOSPC: 'the disk is full: free some space',
  EROFS: 'the file system is read-only: name another folder',
}

function nameFailure(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'syscall' in cause && 'code' in cause)) return cause
  const code = String(cause.code)
  return new DomainError('file_unreachable', `${path} cannot be written: ${REASONS[code] ?? code}`, { cause })
}
