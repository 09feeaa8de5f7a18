import type SQLite from 'better-sqlite3'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { getTableColumns, getTableName } from './drizzle.ts'

type Value = string | number | null
type Row<Table extends SQLiteTable> = Readonly<Record<keyof Table['$inferSelect'], Value>>

/**
 * Inserts rows as SQLite takes them, into the table or into another of the same columns. Not through the query builder: it
 * costs more than SQLite does to insert them.
 */
export function prepareInsertion<Table extends SQLiteTable>(
  sqlite: SQLite.Database,
  table: Table,
  into: string = getTableName(table),
): (row: Row<Table>) => void {
  const columns = Object.entries(getTableColumns(table))
  const names = columns.map(([, { name }]) => name)
  const members = columns.map(([member]) => member as keyof Row<Table>)
  const insertion = sqlite.prepare<[readonly Value[]]>(
    `insert into ${into} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
  )
  return (row) => void insertion.run(members.map((member) => row[member]))
}
