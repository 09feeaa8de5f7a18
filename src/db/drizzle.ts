import { createRequire } from 'node:module'

// Not by import: Node 24 parses a package's whole "exports" again for every module of it that is imported, and
// drizzle-orm has 447 entries and over a hundred modules. That took 0.8 s of every start; this takes 0.1 s.
const require = createRequire(import.meta.url)

export const {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  notInArray,
  or,
  Placeholder,
  sql,
} = require('drizzle-orm') as typeof import('drizzle-orm')

export const { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } =
  require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core')

export const { drizzle } = require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3')

export const { readMigrationFiles } = require('drizzle-orm/migrator') as typeof import('drizzle-orm/migrator')

export type { SQL } from 'drizzle-orm'
