import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type SQLite from 'better-sqlite3'
import { DomainError } from '../errors.ts'
import { databaseCorrupt } from './database-failure.ts'

const OWNER_ONLY = 0o600

/** Calls `fill` on an empty file of another name and renames it: under its own name the file is whole, or absent. */
export function createWhole(file: string, fill: (unfinished: string) => void): void {
  const unfinished = `${file}.new`
  removeDatabase(unfinished)
  try {
    writeFileSync(unfinished, '', { mode: OWNER_ONLY, flag: 'wx' })
    chmodSync(unfinished, OWNER_ONLY)
    fill(unfinished)
    sync(unfinished)
    renameSync(unfinished, file)
    sync(dirname(file))
  } catch (error) {
    removeDatabase(unfinished)
    throw error
  }
}

/** Puts a copy of the open database beside it, as of now. */
export function copyDatabase(sqlite: SQLite.Database, copy: string): void {
  createWhole(copy, (unfinished) => sqlite.prepare('vacuum into ?').run(unfinished))
}

/** Sets the modes, and refuses what SQLite would take for a new database and overwrite. */
export function secureDatabaseFile(file: string): void {
  const status = statSync(file)
  if (!status.isFile()) throw new DomainError('file_unreachable', `${file} is not a file: move it away`)
  if (status.size === 0) throw databaseCorrupt(file, 'empty')
  // Only by path: opening and closing the file would drop the locks this process holds on it (fcntl(2)).
  for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) chmodSync(path, OWNER_ONLY)
  // SQLite opens what it may not write for reading only, and even BEGIN IMMEDIATE says nothing of it.
  accessSync(file, constants.R_OK | constants.W_OK)
}

/** SQLite would replay a log that was left behind into the new database. */
export function assertNoOrphanedLog(file: string): void {
  const log = `${file}-wal`
  if (!existsSync(log) || statSync(log).size === 0) return
  throw new DomainError(
    'database_corrupt',
    `${log} is there without ${file}: put the database back beside it, or move the log away too`,
  )
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
