import type SQLite from 'better-sqlite3'
import type { MessageFigures, RegistryFigures } from '../backup/manifest.ts'

export function countRegistry(sqlite: SQLite.Database): RegistryFigures {
  const count = countIn(sqlite)
  // Of a fleet that moved in, the dates of its certificates are those of the import.
  const newest = sqlite
    .prepare<[], number | null>('select max(created_at) from certificates where origin is null')
    .pluck()
    .get()
  const number = sqlite.prepare<[], number | null>('select max(number) from revocation_lists').pluck().get()
  return {
    schema: count('__drizzle_migrations'),
    users: count('users'),
    devices: count('devices'),
    services: count('services'),
    administrators: count('administrators'),
    policies: count('policies'),
    tokens: count('api_tokens') + count('identity_tokens'),
    certificates: count('certificates'),
    revoked: count('certificates where revoked_at is not null'),
    ...(newest == null ? {} : { newestIssuance: new Date(newest).toISOString() }),
    ...(number == null ? {} : { crlNumber: number }),
  }
}

export function countMessages(sqlite: SQLite.Database): MessageFigures {
  const count = countIn(sqlite)
  return {
    schema: count('__drizzle_migrations'),
    sessions: count('sessions'),
    subscriptions: count('subscriptions'),
    queued: count('queue'),
    retained: count('retained'),
    wills: count('wills'),
  }
}

/** `what` is a table, with a condition where it has one; never from outside. */
function countIn(sqlite: SQLite.Database): (what: string) => number {
  return (what) => Number(sqlite.prepare(`select count(*) from ${what}`).pluck().get())
}
