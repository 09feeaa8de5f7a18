import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import * as registry from '../../src/db/schema.ts'
import * as authorities from '../../src/db/schema-authorities.ts'
import * as consoles from '../../src/db/schema-console.ts'
import * as enrolment from '../../src/db/schema-enrolment.ts'
import * as records from '../../src/db/schema-records.ts'

const schema = { ...registry, ...authorities, ...consoles, ...enrolment, ...records }

interface ForeignKeyRow {
  readonly from: string
  readonly table: string
  readonly to: string
  readonly on_delete: string
}

const TABLES = Object.values(schema)
  .filter((value) => is(value, SQLiteTable))
  .map((table) => getTableConfig(table))

describe('the committed migrations', () => {
  test('make the tables of the schema and no others', () => {
    using database = openDatabase()
    const made = readNames(
      database,
      "select name from sqlite_master where type = 'table' and name not like '\\_\\_%' escape '\\'",
    )
    expect(made.toSorted()).toStrictEqual(TABLES.map(({ name }) => name).toSorted())
  })

  for (const { name, columns, indexes, primaryKeys, foreignKeys } of TABLES) {
    test(`give ${name} the columns, keys and indexes of the schema`, () => {
      using database = openDatabase()
      expect(
        readNames(database, `select name || ' ' || lower(type) || "notnull" from pragma_table_info('${name}')`),
      ).toStrictEqual(columns.map((column) => `${column.name} ${column.getSQLType()}${column.notNull ? 1 : 0}`))
      const keys = primaryKeys.flatMap((key) => key.columns).concat(columns.filter(({ primary }) => primary))
      expect(
        readNames(database, `select name from pragma_table_info('${name}') where pk > 0 order by pk`),
      ).toStrictEqual(keys.map((column) => column.name))
      const unique = columns.filter(({ isUnique }) => isUnique).map(({ uniqueName }) => uniqueName)
      expect(
        readNames(database, `select name from pragma_index_list('${name}') where origin = 'c' order by name`),
      ).toStrictEqual([...unique, ...indexes.map(({ config }) => config.name)].sort())
      expect(readForeignKeys(database, name)).toStrictEqual(
        foreignKeys.map((key) => {
          const { columns: from, foreignColumns: to, foreignTable } = key.reference()
          return [from[0]?.name, getTableConfig(foreignTable).name, to[0]?.name, key.onDelete ?? 'no action']
        }),
      )
    })
  }
})

test('no table of certificates refers to a device: a certificate outlives it', () => {
  expect(getTableConfig(schema.certificates).foreignKeys).toStrictEqual([])
})

function readNames({ sqlite }: Database, query: string): readonly unknown[] {
  return sqlite.prepare(query).pluck().all()
}

function readForeignKeys({ sqlite }: Database, table: string): readonly unknown[] {
  return sqlite
    .prepare<[], ForeignKeyRow>(`select * from pragma_foreign_key_list('${table}')`)
    .all()
    .map((row) => [row.from, row.table, row.to, row.on_delete.toLowerCase()])
}
