import type { Role } from '../registry/api-token.ts'
import type { CertificateKind, CertificateOrigin, RevocationReason } from '../registry/certificate.ts'
import type { Device } from '../registry/device.ts'
import type { ForeignAuthority } from '../registry/foreign-authority.ts'
import type { IdentityToken } from '../registry/identity-token.ts'
import type { PasswordHash } from '../registry/legacy-credential.ts'
import type { Policy } from '../registry/policy.ts'
import type { Service } from '../registry/service.ts'
import { blob, index, integer, primaryKey, sql, sqliteTable, text } from './drizzle.ts'

const time = (name: string) => integer(name, { mode: 'timestamp_ms' })

// folded_id and folded_name: two ids that differ only in case cannot both exist.
export const users = sqliteTable('users', {
  id: text('id').primaryKey(),
  foldedId: text('folded_id').notNull().unique(),
})

export const devices = sqliteTable(
  'devices',
  {
    id: text('id').primaryKey(),
    foldedId: text('folded_id').notNull().unique(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    state: text('state').$type<Device['state']>().notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('devices_by_user').on(table.userId, table.id)],
)

export const deviceClientIds = sqliteTable(
  'device_client_ids',
  {
    clientId: text('client_id').primaryKey(),
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
  },
  (table) => [index('device_client_ids_by_device').on(table.deviceId, table.position)],
)

// Policies are attached by name without a foreign key: the built-in policy has no row until it is edited.
export const devicePolicies = sqliteTable(
  'device_policies',
  {
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    policy: text('policy').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.deviceId, table.position] }),
    index('device_policies_by_policy').on(table.policy),
  ],
)

export const services = sqliteTable('services', {
  name: text('name').primaryKey(),
  foldedName: text('folded_name').notNull().unique(),
  state: text('state').$type<Service['state']>().notNull(),
  createdAt: time('created_at').notNull(),
})

export const servicePolicies = sqliteTable(
  'service_policies',
  {
    service: text('service')
      .notNull()
      .references(() => services.name, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    policy: text('policy').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.service, table.position] }),
    index('service_policies_by_policy').on(table.policy),
  ],
)

// RFC 5280 §3.3: a revoked certificate stays on the CRL, so its row outlives the device: subject_id is no foreign key.
export const certificates = sqliteTable(
  'certificates',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<CertificateKind>().notNull(),
    subjectId: text('subject_id').notNull(),
    fingerprint: text('fingerprint').notNull().unique(),
    // A certificate that was registered by its fingerprint alone has none of these until it first connects. Not unique:
    // a CA run by hand gave every certificate the same serial number, and each is to be registered.
    serialNumber: text('serial_number'),
    subject: text('subject'),
    pem: text('pem'),
    notBefore: time('not_before'),
    notAfter: time('not_after'),
    origin: text('origin').$type<CertificateOrigin>(),
    pendingSince: time('pending_since'),
    createdAt: time('created_at').notNull(),
    firstSeenAt: time('first_seen_at'),
    retiresAt: time('retires_at'),
    revokedAt: time('revoked_at'),
    idempotencyKey: text('idempotency_key'),
    revocationReason: text('revocation_reason').$type<RevocationReason>(),
    // Of those with a PEM: whose key it was stays known for as long as the row does.
    keyThumbprint: text('key_thumbprint'),
    // Fingerprint of the CA that signed it; none: the one that the hub had before it first had two.
    issuer: text('issuer'),
  },
  (table) => [
    index('certificates_by_subject').on(table.kind, table.subjectId),
    index('certificates_by_serial_number').on(table.serialNumber),
    index('certificates_by_key').on(table.keyThumbprint),
    index('certificates_without_key').on(table.fingerprint).where(sql`key_thumbprint is null and pem is not null`),
    index('certificates_pending').on(table.pendingSince).where(sql`pending_since is not null and revoked_at is null`),
    index('certificates_revoked').on(table.serialNumber).where(sql`revoked_at is not null`),
    index('certificates_retiring').on(table.retiresAt).where(sql`retires_at is not null and revoked_at is null`),
  ],
)

// The last one that each CA published: RFC 5280 §5.2.3, the number only grows. Its octets serve while no other can be signed, and
// for good once the CA is retired. The issuer is as in certificates; '' for none.
export const revocationLists = sqliteTable('revocation_lists', {
  issuer: text('issuer').primaryKey(),
  number: integer('number').notNull(),
  thisUpdate: time('this_update').notNull(),
  nextUpdate: time('next_update'),
  madeAt: time('made_at'),
  complete: blob('complete', { mode: 'buffer' }).$type<Buffer<ArrayBuffer>>(),
  forDistributionPoints: blob('for_distribution_points', { mode: 'buffer' }).$type<Buffer<ArrayBuffer>>(),
})

// Every CA of this hub in their order, from the first rotation on. A retired one has no key here any more.
export const authorities = sqliteTable('authorities', {
  fingerprint: text('fingerprint').primaryKey(),
  certificate: text('certificate').notNull(),
  createdAt: time('created_at').notNull(),
  retiredAt: time('retired_at'),
})

// CAs of others, whose devices are let in as they are told here.
export const foreignAuthorities = sqliteTable('foreign_authorities', {
  fingerprint: text('fingerprint').primaryKey(),
  certificate: text('certificate').notNull(),
  registration: text('registration').$type<ForeignAuthority['registration']>().notNull(),
  owner: text('owner').notNull(),
  createdAt: time('created_at').notNull(),
})

// Where certificates say that their revocation is published, each until the last of them that says so has expired.
export const distributionPoints = sqliteTable('distribution_points', {
  url: text('url').primaryKey(),
  namedUntil: time('named_until').notNull(),
})

// What devices were given to verify MQTTS with, from each time on; before the first, the CA's own certificate.
export const trustAnchors = sqliteTable('trust_anchors', {
  since: time('since').primaryKey(),
  fingerprint: text('fingerprint').notNull(),
})

export const policies = sqliteTable('policies', {
  name: text('name').primaryKey(),
  rules: text('rules', { mode: 'json' }).$type<Policy['rules']>().notNull(),
  clientId: text('client_id').$type<Policy['clientId']>().notNull(),
})

export const apiTokens = sqliteTable('api_tokens', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  secretHash: blob('secret_hash', { mode: 'buffer' }).notNull(),
  createdAt: time('created_at').notNull(),
  expiresAt: time('expires_at'),
  lastUsedAt: time('last_used_at'),
  revokedAt: time('revoked_at'),
})

// Certificates name an administrator by subject_id; a token belongs to the administrator whose name it has.
export const administrators = sqliteTable('administrators', {
  name: text('name').primaryKey(),
  foldedName: text('folded_name').notNull().unique(),
  role: text('role').$type<Role>().notNull(),
  createdAt: time('created_at').notNull(),
})

// A token is of a device or of a service, so subject_id is no foreign key.
export const identityTokens = sqliteTable(
  'identity_tokens',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<IdentityToken['kind']>().notNull(),
    subjectId: text('subject_id').notNull(),
    secretHash: blob('secret_hash', { mode: 'buffer' }).notNull(),
    replacesId: text('replaces_id'),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at'),
    lastUsedAt: time('last_used_at'),
    revokedAt: time('revoked_at'),
  },
  (table) => [index('identity_tokens_by_subject').on(table.kind, table.subjectId)],
)

export const legacyCredentials = sqliteTable(
  'legacy_credentials',
  {
    deviceId: text('device_id')
      .primaryKey()
      .references(() => devices.id, { onDelete: 'cascade' }),
    userName: text('user_name').notNull().unique(),
    hash: text('hash', { mode: 'json' }).$type<PasswordHash>().notNull(),
    endsAt: time('ends_at').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('legacy_credentials_by_end').on(table.endsAt)],
)
