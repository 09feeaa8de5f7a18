import type SQLite from 'better-sqlite3'
import { isSuccessor } from './registry-descent.ts'

/** What becomes of each table of the registry when a backup takes the place of a present state. */
export const MERGED = {
  users: 'restored',
  devices: 'merged',
  device_client_ids: 'restored',
  device_policies: 'restored',
  services: 'merged',
  service_policies: 'restored',
  certificates: 'merged',
  revocation_lists: 'merged',
  distribution_points: 'merged',
  shown_certificates: 'merged',
  trust_anchors: 'merged',
  authorities: 'merged',
  foreign_authorities: 'merged',
  policies: 'restored',
  api_tokens: 'merged',
  administrators: 'merged',
  identity_tokens: 'merged',
  legacy_credentials: 'merged',
  audit_entries: 'merged',
  claims: 'merged',
  // Who is signed in, or may, is no matter of a backup: it would let in again whoever has signed out.
  sign_in_links: 'dropped',
  console_sessions: 'dropped',
  enrolment_tokens: 'merged',
  enrolments: 'merged',
  events: 'merged',
  expiry_notices: 'restored',
  rotation_members: 'restored',
  rotations: 'restored',
  webhooks: 'merged',
  webhook_deliveries: 'merged',
} as const satisfies Record<string, 'merged' | 'restored' | 'dropped'>

/** Of a registry that comes out of a backup, whether it takes the place of another or of none. */
export function dropSignIns(sqlite: SQLite.Database): void {
  for (const table of ['sign_in_links', 'console_sessions']) sqlite.exec(`delete from ${table}`)
}

/**
 * Takes into the restored registry (`main`) what the one it replaces (`present`) has ended since: nobody gets back a
 * right that was taken away, and no number of a CRL is given twice.
 */
export function mergeRegistry(sqlite: SQLite.Database, now: Date): void {
  const isGone = isSuccessor(sqlite)
  const { immediate } = sqlite.transaction(() => {
    mergeCertificates(sqlite, now)
    for (const statement of STATES) sqlite.exec(statement)
    for (const table of ['api_tokens', 'identity_tokens']) mergeTokens(sqlite, table)
    for (const statement of [...USED, ...PUBLISHED]) sqlite.exec(statement)
    if (isGone) for (const statement of GONE) sqlite.prepare(statement).run({ now: now.getTime() })
  })
  immediate()
}

const LEARNED = [
  'serial_number',
  'subject',
  'pem',
  'not_before',
  'not_after',
  'first_seen_at',
  'key_thumbprint',
  'issuer',
]

function mergeCertificates(sqlite: SQLite.Database, now: Date): void {
  const learned = LEARNED.map((column) => `${column} = coalesce(theirs.${column}, certificates.${column})`)
  sqlite.exec(`
    update certificates set ${learned.join(', ')},
      retires_at = min(coalesce(certificates.retires_at, theirs.retires_at), coalesce(theirs.retires_at, certificates.retires_at)),
      revoked_at = coalesce(theirs.revoked_at, certificates.revoked_at),
      revocation_reason = coalesce(theirs.revocation_reason, certificates.revocation_reason)
    from present.certificates theirs where theirs.fingerprint = certificates.fingerprint`)
  const columns = sqlite.prepare<[], string>("select name from pragma_table_info('certificates')").pluck().all()
  const values = columns.map((column) => ISSUED_SINCE[column] ?? column)
  sqlite
    .prepare(
      `insert into certificates (${columns.join(', ')}) select ${values.join(', ')} from present.certificates
       where fingerprint not in (select fingerprint from main.certificates)
         and id not in (select id from main.certificates)
         and (revoked_at is not null or origin is null) order by rowid`,
    )
    .run({ now: now.getTime() })
}

// RFC 5280 §3.3: what was issued and is forgotten must stand on the CRL. Not superseded: nothing has taken its place.
const ISSUED_SINCE: Readonly<Record<string, string>> = {
  revoked_at: 'coalesce(revoked_at, :now)',
  revocation_reason: "coalesce(revocation_reason, 'cessationOfOperation')",
  idempotency_key: 'null',
}

const STATES = [
  // The narrower way in.
  `update foreign_authorities set registration = theirs.registration from present.foreign_authorities theirs
   where theirs.fingerprint = foreign_authorities.fingerprint
     and instr('denied pending automatic', theirs.registration) < instr('denied pending automatic', foreign_authorities.registration)`,
  `update devices set state = 'suspended' where id in (select id from present.devices where state = 'suspended')`,
  `update services set state = 'suspended' where name in (select name from present.services where state = 'suspended')`,
  // Which of two roles is the smaller one is told by what may be done with it; an auditor may do more than a validator.
  `update administrators set role = theirs.role from present.administrators theirs
   where theirs.name = administrators.name
     and instr('validator auditor operator admin', theirs.role) < instr('validator auditor operator admin', administrators.role)`,
]

function mergeTokens(sqlite: SQLite.Database, table: string): void {
  sqlite.exec(`
    update ${table} set
      revoked_at = coalesce(theirs.revoked_at, ${table}.revoked_at),
      expires_at = min(coalesce(${table}.expires_at, theirs.expires_at), coalesce(theirs.expires_at, ${table}.expires_at)),
      last_used_at = coalesce(theirs.last_used_at, ${table}.last_used_at)
    from present.${table} theirs where theirs.id = ${table}.id`)
}

const PUBLISHED = [
  // RFC 5280 §5.2.3: the number only grows, of each CA; what is noted under none is of the one that is asked first.
  `insert or replace into revocation_lists select * from present.revocation_lists theirs
   where number > (select coalesce(max(number), 0) from main.revocation_lists where issuer in (theirs.issuer, ''))`,
  // A CA that was retired since has signed its last list.
  `insert into authorities select * from present.authorities where true order by rowid
   on conflict (fingerprint) do update set retired_at = coalesce(retired_at, excluded.retired_at)`,
  `insert into distribution_points (url, named_until) select url, named_until from present.distribution_points where true
   on conflict (url) do update set named_until = max(named_until, excluded.named_until)`,
  'insert or ignore into shown_certificates select * from present.shown_certificates',
  'insert or ignore into trust_anchors select * from present.trust_anchors',
]

/** Of rights that are used up: what was used, revoked or refused since is so still. */
const USED = [
  `update claims set used_at = theirs.used_at from present.claims theirs where theirs.id = claims.id`,
  `update enrolment_tokens set
     uses = max(enrolment_tokens.uses, theirs.uses),
     max_uses = min(enrolment_tokens.max_uses, theirs.max_uses),
     expires_at = min(enrolment_tokens.expires_at, theirs.expires_at),
     last_used_at = coalesce(theirs.last_used_at, enrolment_tokens.last_used_at),
     revoked_at = coalesce(theirs.revoked_at, enrolment_tokens.revoked_at)
   from present.enrolment_tokens theirs where theirs.id = enrolment_tokens.id`,
  `update enrolments set state = theirs.state, decided_at = theirs.decided_at, lapses_at = theirs.lapses_at
   from present.enrolments theirs where theirs.id = enrolments.id`,
]

/** What is there no more was ended by somebody; that of another registry never was there. */
const GONE = [
  // What happened has happened; the chain goes on where the backup breaks off.
  `insert into audit_entries select * from present.audit_entries
   where :now and number > (select coalesce(max(number), 0) from main.audit_entries)`,
  `insert into events select * from present.events where :now and id > (select coalesce(max(id), 0) from main.events)`,
  `delete from claims where :now and id not in (select id from present.claims)`,
  `update enrolment_tokens set revoked_at = :now
   where revoked_at is null and id not in (select id from present.enrolment_tokens)`,
  `delete from enrolments where :now and id not in (select id from present.enrolments)`,
  // Nobody is told twice, nor at an address that was taken back.
  `delete from webhook_deliveries where :now and id not in (select id from present.webhook_deliveries)`,
  `delete from webhooks where :now and id not in (select id from present.webhooks)`,
  `delete from foreign_authorities
   where :now and fingerprint not in (select fingerprint from present.foreign_authorities)`,
  `update devices set state = 'suspended' where :now and not exists (select 1 from present.devices theirs
   where theirs.id = devices.id and theirs.created_at = devices.created_at and theirs.user_id = devices.user_id)`,
  `update services set state = 'suspended' where :now and not exists (select 1 from present.services theirs
   where theirs.name = services.name and theirs.created_at = services.created_at)`,
  `update api_tokens set revoked_at = :now where revoked_at is null and id not in (select id from present.api_tokens)`,
  `update identity_tokens set revoked_at = :now
   where revoked_at is null and id not in (select id from present.identity_tokens)`,
  // Taken out of the registry with the import it came by.
  `delete from certificates where :now and revoked_at is null and origin is not null
   and fingerprint not in (select fingerprint from present.certificates)`,
  `delete from legacy_credentials where :now and not exists (select 1 from present.legacy_credentials theirs
   where theirs.device_id = legacy_credentials.device_id and theirs.user_name = legacy_credentials.user_name
     and theirs.hash = legacy_credentials.hash)`,
  `update legacy_credentials set ends_at = min(legacy_credentials.ends_at, theirs.ends_at)
   from present.legacy_credentials theirs where :now and theirs.device_id = legacy_credentials.device_id`,
]
