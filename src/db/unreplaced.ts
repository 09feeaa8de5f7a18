/**
 * SQL: whether the owner of a row of `certificates` has no good certificate that ends later; `now` is an expression for
 * milliseconds since the epoch.
 */
export function isUnreplaced(now: string): string {
  return `not exists (
    select 1 from certificates newer
    where newer.kind = certificates.kind and newer.subject_id = certificates.subject_id
      and newer.not_after > certificates.not_after
      and newer.revoked_at is null and newer.pending_since is null
      and (newer.retires_at is null or newer.retires_at > ${now}))`
}
