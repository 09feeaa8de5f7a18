import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from './temporary-folder.ts'

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'copies-before-changes.ts')).href

/**
 * Lets a program change the files of a folder, then puts the folder into each state that `kill -9` would have left, at each
 * call that changes a file, and into the last one: what a process has handed to the kernel outlives it, and nothing else
 * of it does. Each time the folder itself, because files may name it.
 */
export async function* killStates(
  program: string,
  folder: string,
  ...args: readonly string[]
): AsyncGenerator<string, void> {
  await using copies = await temporaryFolder()
  const env = { ...process.env, FOLDER: folder, COPIES: copies.path }
  const { status, stderr } = spawnSync(process.execPath, ['--import', PRELOAD, program, folder, ...args], { env })
  if (status !== 0) throw new Error(String(stderr))
  cpSync(folder, join(copies.path, 'end'), { recursive: true })
  for (const name of readdirSync(copies.path).toSorted()) {
    rmSync(folder, { recursive: true })
    cpSync(join(copies.path, name), folder, { recursive: true })
    yield folder
  }
}
