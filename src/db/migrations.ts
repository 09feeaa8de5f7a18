import type SQLite from 'better-sqlite3'
import { DomainError } from '../errors.ts'
import { databaseCorrupt } from './database-failure.ts'
import { readMigrationFiles } from './drizzle.ts'

export interface Migration {
  readonly statements: readonly string[]
  readonly hash: string
  readonly createdAt: number
}

export interface MigrationState {
  readonly applied: number
  readonly pending: readonly Migration[]
}

/** The migrations this version of Signet knows, oldest first. */
export function readMigrations(folder: string): readonly Migration[] {
  return readMigrationFiles({ migrationsFolder: folder }).map(({ sql, hash, folderMillis }) => ({
    statements: sql,
    hash,
    createdAt: folderMillis,
  }))
}

/** What the database has and lacks; throws `database_too_new`, and `database_corrupt` for another program's. */
export function readMigrationState(
  sqlite: SQLite.Database,
  file: string,
  migrations: readonly Migration[],
): MigrationState {
  const tables = sqlite.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().all()
  if (tables.length === 0) return { applied: 0, pending: migrations }
  if (!tables.includes('__drizzle_migrations')) throw databaseCorrupt(file, 'a database of another program')
  const applied = new Set(sqlite.prepare<[], number>('select created_at from __drizzle_migrations').pluck().all())
  const pending = migrations.filter(({ createdAt }) => !applied.has(createdAt))
  if (migrations.length - pending.length < applied.size) {
    throw new DomainError(
      'database_too_new',
      `${file} was written by a newer Signet: install that version, or put back the copy it made before its migration (${file}.before-*)`,
    )
  }
  return { applied: applied.size, pending }
}

/**
 * Runs them in one transaction: a process killed at any point leaves the database as it was. Not drizzle's migrate():
 * that one hides a full disk behind its own failing ROLLBACK, and its rebuilt tables cascade into their children.
 */
export function applyMigrations(sqlite: SQLite.Database, pending: readonly Migration[]): void {
  // A rebuilt table is dropped and renamed; with foreign keys on, DROP TABLE deletes the rows that refer to it.
  sqlite.pragma('foreign_keys = OFF')
  sqlite
    .transaction(() => {
      sqlite.exec(MIGRATIONS_TABLE)
      const record = sqlite.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
      for (const { statements, hash, createdAt } of pending) {
        for (const statement of statements) sqlite.exec(statement)
        record.run(hash, createdAt)
      }
      assertForeignKeys(sqlite)
    })
    .immediate()
  sqlite.pragma('foreign_keys = ON')
}

// As drizzle-kit expects it.
const MIGRATIONS_TABLE =
  'create table if not exists __drizzle_migrations (id serial primary key, hash text not null, created_at numeric)'

function assertForeignKeys(sqlite: SQLite.Database): void {
  const broken = sqlite.prepare<[], { table: string }>('pragma foreign_key_check').get()
  if (broken) throw new Error(`A migration left rows in ${broken.table} that refer to nothing`)
}
