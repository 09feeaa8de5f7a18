import type SQLite from 'better-sqlite3'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { getTableColumns, Placeholder } from './drizzle.ts'

/** As SQLite takes it. */
export type Bound = string | number | null

/** Of the query builder, which binds its own values. */
interface Query {
  toSQL(): { readonly sql: string; readonly params: readonly unknown[] }
}

/**
 * Finds rows, each the array of its columns, by what its placeholders stand for. The statement alone is the query builder's:
 * to write it anew, to fill it in and to read the rows would cost it several times what SQLite takes.
 */
export function prepareRows<Row extends readonly unknown[], Name extends string>(
  sqlite: SQLite.Database,
  query: Query,
): (values: Readonly<Record<Name, Bound>>) => readonly Row[] {
  const { sql, params } = query.toSQL()
  const statement = sqlite.prepare<Bound[], Row>(sql).raw()
  // The names in a query, and what else stands in it as SQLite takes it, are known to whoever wrote it alone.
  const fills = params.map((param) => (param instanceof Placeholder ? { name: param.name as Name } : (param as Bound)))
  return (values) =>
    statement.all(...fills.map((fill) => (fill !== null && typeof fill === 'object' ? values[fill.name] : fill)))
}

/** The same of all columns of a table, as it types them. */
export function prepareRowsOf<Table extends SQLiteTable, Name extends string>(
  sqlite: SQLite.Database,
  table: Table,
  query: Query,
): (values: Readonly<Record<Name, Bound>>) => readonly Table['$inferSelect'][] {
  const rows = prepareRows<readonly Bound[], Name>(sqlite, query)
  const columns = Object.entries(getTableColumns(table))
  const read = (row: readonly Bound[]): Table['$inferSelect'] => {
    const members: Record<string, unknown> = {}
    let place = 0
    for (const [name, column] of columns) {
      const value = row[place++] ?? null
      members[name] = value === null ? null : column.mapFromDriverValue(value)
    }
    return members
  }
  return (values) => rows(values).map(read)
}

/** Prepares once what all queries of a shape have in common; there are as many as ways to leave out filters. */
export function prepareByShape<Query, Prepared>(
  shapeOf: (query: Query) => string,
  prepare: (query: Query) => Prepared,
): (query: Query) => Prepared {
  const known = new Map<string, Prepared>()
  return (query) => {
    const shape = shapeOf(query)
    const prepared = known.get(shape) ?? prepare(query)
    known.set(shape, prepared)
    return prepared
  }
}
