import type { Role } from '../registry/api-token.ts'
import type { CertificateKind, CertificateOrigin, RevocationReason } from '../registry/certificate.ts'
import type { Device } from '../registry/device.ts'
import type { IdentityToken } from '../registry/identity-token.ts'
import type { PasswordHash } from '../registry/legacy-credential.ts'
import type { Policy } from '../registry/policy.ts'
import type { RotationFilter, RotationState } from '../registry/rotation/rotation.ts'
import type { Service } from '../registry/service.ts'
import { blob, index, integer, primaryKey, sql, sqliteTable, text } from './drizzle.ts'
import { time } from './schema-time.ts'

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
  (table) => [
    index('devices_by_user').on(table.userId, table.id),
    index('devices_by_state').on(table.state, table.id),
    // All that a list by what is known in memory alone reads of each.
    index('devices_by_id').on(table.id, table.createdAt),
  ],
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
    // What it was signed under, of those that were issued here.
    profile: text('profile'),
    validitySeconds: integer('validity_seconds'),
    // Fingerprint of the CA that signed it; none: the one that the hub had before it first had two.
    issuer: text('issuer'),
  },
  (table) => [
    index('certificates_by_subject').on(table.kind, table.subjectId),
    index('certificates_by_serial_number').on(table.serialNumber),
    // All that a list is filtered by, in its order.
    index('certificates_listed').on(
      table.fingerprint,
      table.kind,
      table.notBefore,
      table.notAfter,
      table.pendingSince,
      table.retiresAt,
      table.revokedAt,
      table.revocationReason,
    ),
    index('certificates_by_key').on(table.keyThumbprint),
    index('certificates_without_key').on(table.fingerprint).where(sql`key_thumbprint is null and pem is not null`),
    index('certificates_pending').on(table.pendingSince).where(sql`pending_since is not null and revoked_at is null`),
    // All that a CRL says of a certificate.
    index('certificates_revoked')
      .on(table.serialNumber, table.issuer, table.notAfter, table.revokedAt, table.revocationReason)
      .where(sql`revoked_at is not null`),
    // The end of each, in the order that lists of devices by it have.
    index('certificates_ending')
      .on(table.notAfter, table.subjectId)
      .where(sql`revoked_at is null and pending_since is null`),
    // When the owner's last one ends; the two that are null so that the index is enough.
    index('certificates_ending_of_subject')
      .on(table.kind, table.subjectId, table.notAfter, table.retiresAt, table.revokedAt, table.pendingSince)
      .where(sql`revoked_at is null and pending_since is null`),
    index('certificates_retiring').on(table.retiresAt).where(sql`retires_at is not null and revoked_at is null`),
  ],
)

// How many days before its end it was told of last. The CA and the hub's own are in no table, so there is no foreign key.
export const expiryNotices = sqliteTable('expiry_notices', {
  fingerprint: text('fingerprint').primaryKey(),
  days: integer('days').notNull(),
})

export const rotations = sqliteTable('rotations', {
  id: text('id').primaryKey(),
  filter: text('filter', { mode: 'json' }).$type<RotationFilter>().notNull(),
  perMinute: integer('per_minute').notNull(),
  deadline: time('deadline'),
  state: text('state').$type<RotationState>().notNull(),
  createdAt: time('created_at').notNull(),
  // The last device that was looked at; none any more once all were.
  gatheredTo: text('gathered_to'),
})

// How far each has come is told by its certificates. Of a device that is gone it is told that it is late: no foreign key.
export const rotationMembers = sqliteTable(
  'rotation_members',
  {
    rotationId: text('rotation_id')
      .notNull()
      .references(() => rotations.id, { onDelete: 'cascade' }),
    deviceId: text('device_id').notNull(),
    toldAt: time('told_at'),
  },
  (table) => [
    primaryKey({ columns: [table.rotationId, table.deviceId] }),
    index('rotation_members_by_device').on(table.deviceId),
  ],
)

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
