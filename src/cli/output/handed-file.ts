import { resolve } from 'node:path'
import { CommandFailed, readSystemCode } from '../command-failed.ts'
import { formatPath } from './command-line.ts'
import { openWaitingFile, type WaitingFile } from './credential-files.ts'

/** Saves what the hub hands over, for this user alone; gives the path as one would type it here. */
export async function saveHandedFile(name: string, cwd: string, fetch: () => Promise<Uint8Array>): Promise<string> {
  const path = resolve(cwd, name)
  // Opened before it is asked for: a file that cannot be written to must not cost a key.
  await using file = await openFile(path)
  await file.replace(await fetch())
  return formatPath(path, cwd)
}

async function openFile(path: string): Promise<WaitingFile> {
  try {
    return await openWaitingFile(path, 0o600)
  } catch (cause) {
    throw new CommandFailed(`The file ${path} cannot be written: ${readSystemCode(cause)}`, { cause })
  }
}
