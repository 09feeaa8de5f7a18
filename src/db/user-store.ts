import { DomainError } from '../errors.ts'
import { foldId } from '../identifiers.ts'
import type { Database } from './database.ts'

interface UserStore {
  /** Creates the user if the id is unknown; throws `case_conflict` when another differs from it only in case. */
  ensure(id: string): void
}

export function createUserStore({ sqlite }: Pick<Database, 'sqlite'>): UserStore {
  const byFoldedId = sqlite.prepare<[string], { readonly id: string }>('select id from users where folded_id = ?')
  const insert = sqlite.prepare<[string, string]>('insert into users (id, folded_id) values (?, ?)')

  return {
    ensure(id) {
      const foldedId = foldId(id)
      const user = byFoldedId.get(foldedId)
      if (!user) insert.run(id, foldedId)
      else if (user.id !== id) {
        throw new DomainError('case_conflict', `User ${id} cannot be created: ${user.id} differs from it only in case`)
      }
    },
  }
}
