import { DomainError } from '../errors.ts'
import { foldId } from '../identifiers.ts'
import type { Database } from './database.ts'
import { eq } from './drizzle.ts'
import { users } from './schema.ts'

/** Creates the user if the id is unknown; throws `case_conflict` when another differs from it only in case. */
export function ensureUser({ orm }: Pick<Database, 'orm'>, id: string): void {
  const foldedId = foldId(id)
  orm.insert(users).values({ id, foldedId }).onConflictDoNothing().run()
  const user = orm.select({ id: users.id }).from(users).where(eq(users.foldedId, foldedId)).get()
  if (user?.id === id) return
  throw new DomainError('case_conflict', `User ${id} cannot be created: ${user?.id} exists and differs only in case`)
}
