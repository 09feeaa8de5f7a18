import { DomainError } from '../errors.ts'
import { foldId } from '../identifiers.ts'
import type { Database } from './database.ts'
import { eq, sql } from './drizzle.ts'
import { users } from './schema.ts'

interface UserStore {
  /** Creates the user if the id is unknown; throws `case_conflict` when another differs from it only in case. */
  ensure(id: string): void
}

export function createUserStore({ orm }: Pick<Database, 'orm'>): UserStore {
  const [id, foldedId] = [sql.placeholder('id'), sql.placeholder('foldedId')]
  const byFoldedId = orm.select({ id: users.id }).from(users).where(eq(users.foldedId, foldedId)).prepare()
  const insert = orm.insert(users).values({ id, foldedId }).prepare()

  return {
    ensure(id) {
      const foldedId = foldId(id)
      const user = byFoldedId.get({ foldedId })
      if (!user) insert.run({ id, foldedId })
      else if (user.id !== id) {
        throw new DomainError('case_conflict', `User ${id} cannot be created: ${user.id} differs from it only in case`)
      }
    },
  }
}
