import type SQLite from 'better-sqlite3'

/**
 * Whether `present` has come from the state in `main`: then what it lacks was ended there. A hub that was started anew
 * beside an old CA has never known it, and ended nothing.
 */
export function isSuccessor(sqlite: SQLite.Database): boolean {
  const shared = sqlite
    .prepare<[], number>(
      `select exists (select 1 from main.api_tokens join present.api_tokens using (id))
         or exists (select 1 from main.certificates join present.certificates using (id))`,
    )
    .pluck()
    .get()
  return shared === 1
}
