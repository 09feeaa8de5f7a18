import type { ClaimWishes } from '../registry/claim.ts'
import type { Enrolment } from '../registry/enrolment/enrolment.ts'
import type { EnrolmentToken } from '../registry/enrolment/enrolment-token.ts'
import { blob, index, integer, sqliteTable, text, uniqueIndex } from './drizzle.ts'
import { devices } from './schema.ts'
import { time } from './schema-time.ts'

// device_id is an id, or a pattern of ids.
// What a device asks again with is its id, its token and its key: a request that is signed anew is the same one.
export const enrolmentTokens = sqliteTable('enrolment_tokens', {
  id: text('id').primaryKey(),
  secretHash: blob('secret_hash', { mode: 'buffer' }).notNull(),
  deviceId: text('device_id').notNull(),
  userId: text('user_id'),
  policies: text('policies', { mode: 'json' }).$type<EnrolmentToken['policies']>().notNull(),
  profile: text('profile').notNull(),
  approval: integer('approval', { mode: 'boolean' }).notNull(),
  onExisting: text('on_existing').$type<EnrolmentToken['onExisting']>().notNull(),
  maxUses: integer('max_uses').notNull(),
  uses: integer('uses').notNull(),
  createdAt: time('created_at').notNull(),
  expiresAt: time('expires_at').notNull(),
  lastUsedAt: time('last_used_at'),
  revokedAt: time('revoked_at'),
})

export const enrolments = sqliteTable(
  'enrolments',
  {
    id: text('id').primaryKey(),
    tokenId: text('token_id')
      .notNull()
      .references(() => enrolmentTokens.id),
    deviceId: text('device_id').notNull(),
    keyThumbprint: text('key_thumbprint').notNull(),
    request: text('request').notNull(),
    address: text('address').notNull(),
    state: text('state').$type<Enrolment['state']>().notNull(),
    requestedAt: time('requested_at').notNull(),
    decidedAt: time('decided_at'),
    lapsesAt: time('lapses_at').notNull(),
  },
  (table) => [
    uniqueIndex('enrolments_by_asker').on(table.tokenId, table.deviceId, table.keyThumbprint),
    index('enrolments_by_lapse').on(table.lapsesAt),
  ],
)

// One of each device: a new one takes its place.
export const claims = sqliteTable('claims', {
  id: text('id').primaryKey(),
  deviceId: text('device_id')
    .notNull()
    .unique()
    .references(() => devices.id, { onDelete: 'cascade' }),
  secretHash: blob('secret_hash', { mode: 'buffer' }).notNull(),
  wishes: text('wishes', { mode: 'json' }).$type<ClaimWishes>().notNull(),
  createdAt: time('created_at').notNull(),
  expiresAt: time('expires_at').notNull(),
  usedAt: time('used_at'),
})
