import { fileURLToPath } from 'node:url'
import SQLite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { applyMigrations, readMigrations } from '../../src/db/migrations.ts'

const FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url))

test('certificates of the first release come through the later migrations, in the order of their coming', () => {
  const [first, ...later] = readMigrations(FOLDER)
  if (!first) throw new Error('there is no migration')
  const sqlite = new SQLite(':memory:')
  using _close = { [Symbol.dispose]: () => void sqlite.close() }
  applyMigrations(sqlite, [first])
  const insert = sqlite.prepare(`
    insert into certificates
      (id, kind, subject_id, fingerprint, serial_number, pem, not_before, not_after, created_at, revoked_at)
    values (?, 'device', 'pump', ?, ?, 'PEM', 1, 2, 3, 4)`)
  for (const id of ['c', 'a', 'b']) insert.run(id, `fingerprint ${id}`, `serial ${id}`)
  applyMigrations(sqlite, later)
  const rows = sqlite.prepare('select * from certificates order by rowid').all()
  expect(rows).toMatchObject(
    ['c', 'a', 'b'].map((id) => ({
      id,
      fingerprint: `fingerprint ${id}`,
      serial_number: `serial ${id}`,
      pem: 'PEM',
      not_before: 1,
      not_after: 2,
      created_at: 3,
      revoked_at: 4,
      subject: null,
      origin: null,
      pending_since: null,
    })),
  )
})
