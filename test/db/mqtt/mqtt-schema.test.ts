import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { openMqttDatabase } from '../../../src/db/mqtt/mqtt-database.ts'
import * as schema from '../../../src/db/mqtt/mqtt-schema.ts'
import { createTestClock } from '../../../src/testing/test-clock.ts'

const TABLES = Object.values(schema)
  .filter((value) => is(value, SQLiteTable))
  .map((table) => getTableConfig(table))

describe('the committed migrations of the MQTT database', () => {
  test('make the tables and columns of its schema and no others', () => {
    using stores = openMqttDatabase({ durability: 'process', clock: createTestClock().now })
    const made = stores.database.sqlite
      .prepare<[], string>(
        `select t.name || '.' || c.name || ' ' || lower(c.type)
         from sqlite_master t join pragma_table_info(t.name) c
         where t.type = 'table' and t.name not like '\\_\\_%' escape '\\'`,
      )
      .pluck()
      .all()
    const meant = TABLES.flatMap(({ name, columns }) =>
      columns.map((column) => `${name}.${column.name} ${column.getSQLType()}`),
    )
    expect(made.toSorted()).toStrictEqual(meant.toSorted())
  })
})
