import { assertSameUser, foldId } from '../identifiers.ts'
import type { Database } from './database.ts'

interface UserStore {
  /** The one of this id, ignoring case. */
  find(id: string): string | undefined
  /** Creates the user if the id is unknown; throws `case_conflict` when another differs from it only in case. */
  ensure(id: string): void
}

export function createUserStore({ sqlite }: Pick<Database, 'sqlite'>): UserStore {
  const byFoldedId = sqlite.prepare<[string], { readonly id: string }>('select id from users where folded_id = ?')
  const insert = sqlite.prepare<[string, string]>('insert into users (id, folded_id) values (?, ?)')
  const find: UserStore['find'] = (id) => byFoldedId.get(foldId(id))?.id

  return {
    find,
    ensure(id) {
      const known = find(id)
      if (known === undefined) insert.run(id, foldId(id))
      else assertSameUser(id, known)
    },
  }
}
