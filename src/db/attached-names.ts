import type { SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { sql } from './drizzle.ts'

/**
 * The names attached to the selected row, in their order, as a column of it. JSON within one statement costs half of
 * a statement for each list, because every statement takes and returns SQLite's read lock.
 */
export function attachedNames(
  table: SQLiteTable & { readonly position: SQLiteColumn },
  name: SQLiteColumn,
  toSelected: SQL,
): SQL<readonly string[]> {
  const names = sql`(select json_group_array(${name} order by ${table.position}) from ${table} where ${toSelected})`
  return names.mapWith((json: string): readonly string[] => JSON.parse(json))
}
