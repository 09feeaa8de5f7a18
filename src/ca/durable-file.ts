import { chmod, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DomainError } from '../errors.ts'

const FAILURES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: let the user that runs Signet read and write it (chown, chmod)',
  EBUSY: 'it is mounted as a single file: mount its folder instead',
  EDQUOT: 'the disk quota is used up: free some space',
  EEXIST: 'something else is in its place: move it away',
  EISDIR: 'it is a folder, not a file: move it away',
  ELOOP: 'its symbolic links lead in a circle: mend them',
  EMFILE: 'no file handles are left: raise the limit (ulimit -n)',
  ENFILE: 'no file handles are left on this machine: raise fs.file-max',
  ENOENT: 'it is a symbolic link to a file that does not exist: mount or restore its target',
  ENOSPC: 'the disk is full: free some space',
  ENOTDIR: 'a part of this path is a file, or a link to nothing, and no folder: name another folder',
  EPERM: 'the operation is not permitted: let the user that runs Signet own it (chown)',
  EROFS: 'the file system is read-only: mount it writable, or name another folder',
}

/** Where a file is prepared, hidden beside its place. */
export function stagedPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.new`)
}

/** Writes the whole content to the staged name, on disk when this resolves; nothing is visible at `path` yet. */
export function stageFile(path: string, content: string, mode: number): Promise<void> {
  const staged = stagedPath(path)
  return reaching(staged, async () => {
    await rm(staged, { force: true })
    // 'wx' follows no link. The mode is set by chmod too, because open() subtracts the umask.
    await using file = await open(staged, 'wx', mode)
    await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  })
}

/** Puts the staged file in its place, in one step. */
export function publishFile(path: string): Promise<void> {
  return reaching(path, () => rename(stagedPath(path), path))
}

export function discardStagedFile(path: string): Promise<void> {
  return reaching(path, () => rm(stagedPath(path), { force: true }))
}

/** A power cut after this keeps every rename in the folder. */
export function syncFolder(folder: string): Promise<void> {
  return reaching(folder, async () => {
    await using handle = await open(folder, 'r')
    await handle.sync()
  })
}

/** The file's text, or nothing where there is no file; a link to nothing is an error, for its target may only be unmounted. */
export function readFileIfPresent(path: string): Promise<string | undefined> {
  return reaching(path, async () => {
    return (await isPresent(path)) ? await readFile(path, 'utf8') : undefined
  })
}

/** Creates the folder with 0755 where it is missing; leaves an existing one as it is. */
export function ensureFolder(folder: string): Promise<void> {
  return reaching(folder, async () => {
    const created = await mkdir(folder, { recursive: true })
    if (created !== undefined) await chmod(folder, 0o755)
  })
}

export function listFolder(folder: string): Promise<readonly string[]> {
  return reaching(folder, () => readdir(folder))
}

/** Turns what the operating system says into `file_unreachable` with a sentence. */
export async function reaching<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    if (!isSystemError(cause)) throw cause
    const failure = FAILURES[cause.code] ?? `the operating system reports ${cause.code}: check the disk`
    throw new DomainError('file_unreachable', `Cannot reach ${path}: ${failure}`, { cause })
  }
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}

async function isPresent(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return found !== undefined
}
