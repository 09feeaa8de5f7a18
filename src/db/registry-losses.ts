import type SQLite from 'better-sqlite3'
import { isSuccessor } from './registry-descent.ts'

/** How many, and the first of them by name. */
export interface Named {
  readonly count: number
  readonly names: readonly string[]
}

/** What a restored registry (`main`) costs and keeps of the one it replaces (`present`). */
export interface RegistryLosses {
  readonly devices: Named
  readonly services: Named
  readonly administrators: Named
  /** Issued since, which end with it; as `kind id fingerprint`. */
  readonly certificates: Named
  /** Made or changed since. */
  readonly policies: Named
  /** Made since, of whatever kind. */
  readonly tokens: number
  /** Revoked since: they stay so. */
  readonly revoked: Named
  /** Suspended since: they stay so. */
  readonly suspended: Named
  /** Removed, or given to another owner, since: they come back suspended, and without credentials. */
  readonly removed: Named
}

const NAMED_AT_MOST = 10

export function findRegistryLosses(sqlite: SQLite.Database): RegistryLosses {
  const named = (query: string): Named => {
    const count = Number(sqlite.prepare(`select count(*) from (${query})`).pluck().get())
    return { count, names: sqlite.prepare<[], string>(`${query} limit ${NAMED_AT_MOST}`).pluck().all() }
  }
  const isGone = isSuccessor(sqlite)
  return {
    devices: named('select id from present.devices where id not in (select id from main.devices) order by id'),
    services: named(
      'select name from present.services where name not in (select name from main.services) order by name',
    ),
    administrators: named(
      'select name from present.administrators where name not in (select name from main.administrators) order by name',
    ),
    certificates: named(
      `select kind || ' ' || subject_id || ' ' || fingerprint from present.certificates
       where origin is null and fingerprint not in (select fingerprint from main.certificates) order by created_at, rowid`,
    ),
    policies: named(
      `select name from present.policies theirs where not exists (select 1 from main.policies ours
       where ours.name = theirs.name and ours.rules = theirs.rules and ours.client_id = theirs.client_id) order by name`,
    ),
    tokens: ['api_tokens', 'identity_tokens']
      .map((table) => `select id from present.${table} where id not in (select id from main.${table})`)
      .reduce((sum, query) => sum + named(query).count, 0),
    revoked: named(
      `select kind || ' ' || subject_id || ' ' || fingerprint from main.certificates ours
       where revoked_at is null and fingerprint in
         (select fingerprint from present.certificates where revoked_at is not null) order by subject_id`,
    ),
    suspended: named(
      `select id from main.devices where state <> 'suspended'
         and id in (select id from present.devices where state = 'suspended')
       union all select name from main.services where state <> 'suspended'
         and name in (select name from present.services where state = 'suspended')`,
    ),
    removed: isGone ? named(`select id from (${REMOVED})`) : { count: 0, names: [] },
  }
}

const REMOVED = `
  select 'device' as kind, id from main.devices ours where not exists (select 1 from present.devices theirs
    where theirs.id = ours.id and theirs.created_at = ours.created_at and theirs.user_id = ours.user_id)
  union all
  select 'service', name from main.services ours where not exists (select 1 from present.services theirs
    where theirs.name = ours.name and theirs.created_at = ours.created_at)`

/** Whose stored sessions and retained messages must not come back. */
export interface RemovedIdentity {
  readonly kind: string
  readonly id: string
  /** Of a device. */
  readonly userId: string | null
}

export function listRemoved(sqlite: SQLite.Database): readonly RemovedIdentity[] {
  if (!isSuccessor(sqlite)) return []
  return sqlite
    .prepare<[], RemovedIdentity>(
      `select kind, gone.id, user_id as userId from (${REMOVED}) gone
       left join main.devices on kind = 'device' and devices.id = gone.id`,
    )
    .all()
}
