import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CommandFailed, readSystemCode } from '../command-failed.ts'

/**
 * Writes a stream into a file of its owner alone. Under its own name it is whole, or absent: `judge` is asked of the
 * file before it gets its name, and may throw.
 */
export async function saveStream(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  judge: (path: string) => Promise<void>,
): Promise<void> {
  const waiting = `${path}.${randomUUID()}.tmp`
  try {
    const file = await reaching(path, () => open(waiting, 'wx', 0o600))
    await reaching(path, () => pipeline(stream, file.createWriteStream({ flush: true })))
    await judge(waiting)
    await reaching(path, () => rename(waiting, path))
    await reaching(path, () => syncFolder(dirname(path)))
  } finally {
    await rm(waiting, { force: true })
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder)
  await handle.sync()
}

async function reaching<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    throw new CommandFailed(`${path} cannot be written: ${REASONS[readSystemCode(cause)] ?? readSystemCode(cause)}`, {
      cause,
    })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such folder',
  ENOSPC: 'the disk is full',
}
