import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from './temporary-folder.ts'

export interface KillStates extends AsyncDisposable {
  /** Copies of the folder, in their order. */
  readonly paths: readonly string[]
}

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'copies-before-changes.ts')).href

/**
 * Lets a program change the files of a folder, and keeps what `kill -9` would have left at each call that changes one, and
 * what it left in the end: what a process has handed to the kernel outlives it, and nothing else of it does.
 */
export async function killStates(program: string, folder: string, ...args: readonly string[]): Promise<KillStates> {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(await temporaryFolder())
  const env = { ...process.env, FOLDER: folder, COPIES: path }
  const { status, stderr } = spawnSync(process.execPath, ['--import', PRELOAD, program, folder, ...args], { env })
  if (status !== 0) throw new Error(String(stderr))
  const paths = [
    ...readdirSync(path)
      .toSorted()
      .map((name) => join(path, name)),
    folder,
  ]
  const resources = stack.move()
  return { paths, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
