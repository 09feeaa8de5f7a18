import type { SQL, SQLWrapper } from 'drizzle-orm'
import { sql } from './drizzle.ts'

const HAS_NO_LATER_THAT_RETIRES_AFTER = `not exists (
    select 1 from certificates newer
    where newer.kind = certificates.kind and newer.subject_id = certificates.subject_id
      and (newer.not_after, newer.rowid) > (certificates.not_after, certificates.rowid)
      and newer.revoked_at is null and newer.pending_since is null
      and (newer.retires_at is null or newer.retires_at > `

/**
 * SQL: whether the owner of a row of `certificates` has no good certificate that ends later, or at the same time and
 * came later, as near the end of the CA; `now` is an expression for milliseconds since the epoch.
 */
export function isUnreplaced(now: string): string {
  return `${HAS_NO_LATER_THAT_RETIRES_AFTER}${now}))`
}

/** The same for the query builder. */
export function isUnreplacedAt(now: SQLWrapper): SQL {
  return sql`${sql.raw(HAS_NO_LATER_THAT_RETIRES_AFTER)}${now}))`
}
