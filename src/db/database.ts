import { existsSync, writeFileSync } from 'node:fs'
import SQLite from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { blankDatabase } from './blank-database.ts'
import { databaseCorrupt, databaseFailure } from './database-failure.ts'
import { assertNoOrphanedLog, copyDatabase, createWhole, secureDatabaseFile } from './database-file.ts'
import { drizzle } from './drizzle.ts'
import { hasFreeSpace } from './free-space.ts'
import { applyMigrations, type Migration, readMigrationState, readMigrations } from './migrations.ts'
import { migrationsFolder } from './migrations-folder.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

export interface Database extends Disposable {
  readonly orm: BetterSQLite3Database
  readonly sqlite: SQLite.Database
  /** Resolves once all that was committed before is on the disk, which a relaxed transaction does not wait for. */
  sync(): Promise<void>
}

export interface DatabaseOptions {
  /** Absent: in memory. */
  readonly file?: string
  readonly migrationsFolder?: string
  /** Milliseconds in which another process may give up its lock while we open it. */
  readonly busyTimeout?: number
  /** What a commit waits for; in WAL mode SQLite's own NORMAL loses the last transactions with the power. */
  readonly synchronous?: 'FULL' | 'NORMAL'
  /** Whether the whole file is read and checked at the start. */
  readonly isChecked?: boolean
}

/** Opens the database, made or migrated as needed; throws `database_corrupt`, `database_too_new` or `file_unreachable`. */
export function openDatabase(options: DatabaseOptions = {}): Database {
  const { file, migrationsFolder: folder = migrationsFolder('registry') } = options
  const migrations = readMigrations(folder)
  if (file === undefined) return openMemory(migrations)
  try {
    if (!existsSync(file)) createDatabase(file, migrations)
    return openFile(file, migrations, options)
  } catch (error) {
    throw databaseFailure(file, error)
  }
}

/** Tells whether it can be read, and neither another process nor its disk keeps us from writing; what is wrong is told where it is used. */
export function createAnswerCheck({ sqlite }: Pick<Database, 'sqlite'>): () => boolean {
  // Probes and pages ask often, and to prepare a statement costs more than what it does.
  const begin = sqlite.prepare('begin immediate')
  const rollback = sqlite.prepare('rollback')
  const count = sqlite.prepare('select count(*) from sqlite_master')
  return function isAnswering() {
    try {
      // In a transaction of our own we hold the lock.
      if (!sqlite.inTransaction) {
        begin.run()
        rollback.run()
      }
      count.get()
      return sqlite.memory || hasFreeSpace(sqlite.name)
    } catch {
      return false
    }
  }
}

function openMemory(migrations: readonly Migration[]): Database {
  using stack = new DisposableStack()
  const sqlite = stack.adopt(new SQLite(blankDatabase(migrations)), close)
  return handOver(sqlite, () => Promise.resolve(), stack.move())
}

function createDatabase(file: string, migrations: readonly Migration[]): void {
  assertNoOrphanedLog(file)
  createWhole(file, (unfinished) => writeFileSync(unfinished, blankDatabase(migrations)))
}

function openFile(
  file: string,
  migrations: readonly Migration[],
  { busyTimeout = 5_000, synchronous = 'FULL', isChecked = true }: DatabaseOptions,
): Database {
  secureDatabaseFile(file)
  using stack = new DisposableStack()
  const sqlite = stack.adopt(new SQLite(file, { fileMustExist: true, timeout: busyTimeout }), close)
  const { applied, pending } = readMigrationState(sqlite, file, migrations)
  if (isChecked) assertWhole(sqlite, file)
  assertUnlocked(sqlite)
  sqlite.pragma('journal_mode = WAL')
  sqlite.pragma(`synchronous = ${synchronous}`)
  // KiB, negative by SQLite's convention: holds the indexes of 100,000 devices.
  sqlite.pragma('cache_size = -65536')
  if (pending.length > 0) {
    if (applied > 0) copyDatabase(sqlite, `${file}.before-${applied}`)
    applyMigrations(sqlite, pending)
  }
  // For what a savepoint may have to undo SQLite would else make a file past 64 KiB, anew in each transaction.
  sqlite.pragma('temp_store = MEMORY')
  // From here on everybody would wait with us for another process that holds the lock.
  sqlite.pragma('busy_timeout = 0')
  const log = stack.use(new WriteAheadLog(file))
  return handOver(sqlite, () => log.sync(), stack.move())
}

// quick_check, not integrity_check: a sixth of the time, and only the comparison of indexes with rows is left out.
function assertWhole(sqlite: SQLite.Database, file: string): void {
  const finding = sqlite.pragma('quick_check(1)', { simple: true })
  if (finding !== 'ok') throw databaseCorrupt(file, 'damaged', new Error(String(finding)))
}

// Another process that writes would else be noticed by the first who has something to write.
function assertUnlocked(sqlite: SQLite.Database): void {
  sqlite.exec('begin immediate; rollback')
}

function handOver(sqlite: SQLite.Database, sync: Database['sync'], resources: Disposable): Database {
  sqlite.pragma('foreign_keys = ON')
  return { orm: drizzle(sqlite), sqlite, sync, [Symbol.dispose]: () => resources[Symbol.dispose]() }
}

function close(sqlite: SQLite.Database): void {
  sqlite.close()
}
