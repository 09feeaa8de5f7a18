import type SQLite from 'better-sqlite3'

/**
 * Finds the one row for a value, as the array of its columns. The statement alone is the query builder's: to fill it in and
 * to read the row would cost it several times what SQLite takes.
 */
export function prepareLookUp<Row extends readonly unknown[]>(
  sqlite: SQLite.Database,
  query: { toSQL(): { readonly sql: string } },
): (value: string) => Row | undefined {
  const statement = sqlite.prepare<[string], Row>(query.toSQL().sql).raw()
  return (value) => statement.get(value)
}
