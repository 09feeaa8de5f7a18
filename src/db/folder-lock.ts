import { accessSync, chmodSync, constants, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { DomainError } from '../errors.ts'
import { databaseFailure } from './database-failure.ts'

export interface LockHolder {
  /** Unknown in the instant before the holder has written it down. */
  readonly pid: number | undefined
}

/**
 * Takes the folder for one hub until disposed. What holds is a write lock of SQLite on an empty file: the system drops
 * it with the process, however that ends. Throws `data_folder_in_use`.
 */
export function lockFolder(folder: string, pid: number): Disposable {
  try {
    using stack = new DisposableStack()
    // A readLock elsewhere holds the lock for microseconds: that is waited out.
    const lock = stack.adopt(openLock(folder, { timeout: 100 }), close)
    chmodSync(lockFile(folder), 0o600)
    if (!tryLock(lock)) throw new DomainError('data_folder_in_use', sayInUse(folder))
    stack.defer(() => rmSync(pidFile(folder), { force: true }))
    writePid(folder, pid)
    return stack.move()
  } catch (error) {
    throw lockFailure(lockFile(folder), error)
  }
}

/** Who holds the folder now; takes nothing, creates nothing. */
export function readLock(folder: string): LockHolder | undefined {
  try {
    if (!existsSync(lockFile(folder))) return undefined
    using stack = new DisposableStack()
    const lock = stack.adopt(openLock(folder, { timeout: 0, fileMustExist: true }), close)
    return tryLock(lock) ? undefined : { pid: readPid(folder) }
  } catch (error) {
    throw lockFailure(lockFile(folder), error)
  }
}

// The lock file is never removed: a hub could hold the removed one while another locks its successor. Nor is it ever
// opened but by SQLite: closing any other descriptor of it would drop the lock this process holds (fcntl(2)).
function openLock(folder: string, options: SQLite.Options): SQLite.Database {
  statSync(folder)
  const lock = new SQLite(lockFile(folder), options)
  // On a file that is opened for reading only, BEGIN IMMEDIATE locks nothing and finds nothing locked.
  accessSync(lockFile(folder), constants.R_OK | constants.W_OK)
  // Nothing is ever written, so no journal needs to lie beside it.
  lock.pragma('journal_mode = memory')
  return lock
}

function tryLock(lock: SQLite.Database): boolean {
  try {
    lock.exec('begin immediate')
    return true
  } catch (error) {
    if (error instanceof SQLite.SqliteError && error.code === 'SQLITE_BUSY') return false
    throw error
  }
}

function lockFailure(file: string, error: unknown): unknown {
  const failure = databaseFailure(file, error)
  if (!(failure instanceof DomainError) || failure.code !== 'database_corrupt') return failure
  return new DomainError('file_unreachable', `${file} is not the lock of a hub: move it away`, { cause: error })
}

function sayInUse(folder: string): string {
  const pid = readPid(folder)
  const hub = pid === undefined ? 'Another hub' : `Another hub (process ${pid})`
  return `${hub} uses ${folder}: stop it, or give this one its own data_dir`
}

function writePid(folder: string, pid: number): void {
  rmSync(pidFile(folder), { force: true })
  writeFileSync(pidFile(folder), `${pid}\n`, { mode: 0o600, flag: 'wx' })
}

function readPid(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile(folder), 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    // The holder writes it after it has locked and removes it before it unlocks: the lock decides, not this file.
    return undefined
  }
}

function lockFile(folder: string): string {
  return join(folder, 'hub.lock')
}

function pidFile(folder: string): string {
  return join(folder, 'hub.pid')
}

function close(sqlite: SQLite.Database): void {
  sqlite.close()
}
