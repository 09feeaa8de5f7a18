import { existsSync } from 'node:fs'
import SQLite from 'better-sqlite3'
import type { MessageFigures } from '../backup/manifest.ts'
import { DomainError } from '../errors.ts'
import { type Database, openDatabase } from './database.ts'
import { databaseCorrupt, databaseFailure } from './database-failure.ts'
import { copyDatabase } from './database-file.ts'
import { dropRemoved } from './messages-merge.ts'
import { migrationsFolder } from './migrations-folder.ts'
import { findRegistryLosses, listRemoved, type RegistryLosses, type RemovedIdentity } from './registry-losses.ts'
import { dropSignIns, mergeRegistry } from './registry-merge.ts'
import { countMessages } from './snapshot-figures.ts'

/** Copies a present registry, brought to this version's schema; throws `database_corrupt` or `database_too_new`. */
export function copyRegistry(file: string, copy: string): void {
  try {
    using stack = new DisposableStack()
    copyDatabase(stack.adopt(new SQLite(file, { fileMustExist: true }), close), copy)
  } catch (error) {
    throw databaseFailure(file, error)
  }
  openDatabase({ file: copy })[Symbol.dispose]()
}

export interface RegistryOutcome {
  readonly losses: RegistryLosses
  readonly removed: readonly RemovedIdentity[]
}

/** Migrates and checks a registry that came out of a backup, and signs everybody out of it; throws `backup_too_new` or `database_corrupt`. */
export function checkRegistry(file: string): void {
  checkDatabase(file, 'registry', ({ sqlite }) => dropSignIns(sqlite))
}

/** Compares it with a copy of the present one and, where `now` is given, takes into it what that one has ended. */
export function compareRegistry(file: string, present: string, now: Date | undefined): RegistryOutcome {
  using database = openDatabase({ file, isChecked: false })
  const { sqlite } = database
  sqlite.prepare('attach ? as present').run(present)
  const outcome = { losses: findRegistryLosses(sqlite), removed: listRemoved(sqlite) }
  if (now) mergeRegistry(sqlite, now)
  sqlite.exec('detach present')
  return outcome
}

/** The same for what MQTT keeps, without what it kept for those who were removed. */
export function checkMessages(file: string, removed: readonly RemovedIdentity[]): void {
  checkDatabase(file, 'mqtt', ({ sqlite }) => dropRemoved(sqlite, removed))
}

/** What the messages of a present state are; nothing, where they cannot be read. */
export function countPresentMessages(file: string): MessageFigures | undefined {
  if (!existsSync(file)) return undefined
  using stack = new DisposableStack()
  try {
    return countMessages(stack.adopt(new SQLite(file, { fileMustExist: true }), close))
  } catch (error) {
    // Told as unknown: it is about to be replaced, and may be damaged.
    if (error instanceof SQLite.SqliteError) return undefined
    throw error
  }
}

function checkDatabase(file: string, name: 'registry' | 'mqtt', change?: (database: Database) => void): void {
  try {
    using database = openDatabase({ file, migrationsFolder: migrationsFolder(name), isChecked: false })
    const finding = database.sqlite.pragma('integrity_check(1)', { simple: true })
    if (finding !== 'ok') throw databaseCorrupt(file, 'damaged', new Error(String(finding)))
    change?.(database)
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'database_too_new') throw error
    throw new DomainError('backup_too_new', 'This backup was made by a newer Signet: restore it with that version', {
      cause: error,
    })
  }
}

function close(sqlite: SQLite.Database): void {
  sqlite.close()
}
