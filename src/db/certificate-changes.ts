import type { Database } from './database.ts'

/**
 * How often a row of a certificate was written, changed or forgotten since: what was worked out of them is old by then.
 * SQLite tells it, so that no way to a row can be forgotten; of other processes it knows nothing.
 */
export function countCertificateChanges({ sqlite }: Pick<Database, 'sqlite'>): () => number {
  let changes = 0
  sqlite.function('note_certificate_change', () => {
    changes++
    return null
  })
  for (const change of ['insert', 'update', 'delete']) {
    sqlite.exec(
      `create temp trigger certificate_${change} after ${change} on main.certificates
       begin select note_certificate_change(); end`,
    )
  }
  return () => changes
}
