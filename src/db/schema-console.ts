import type { Role } from '../registry/api-token.ts'
import type { SignInWay } from '../registry/console/console-session.ts'
import { blob, sqliteTable, text } from './drizzle.ts'
import { apiTokens } from './schema.ts'
import { time } from './schema-time.ts'

export const signInLinks = sqliteTable('sign_in_links', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  secretHash: blob('secret_hash', { mode: 'buffer' }).notNull(),
  createdAt: time('created_at').notNull(),
  expiresAt: time('expires_at').notNull(),
  usedAt: time('used_at'),
})

// One that was made by a token ends with it.
export const consoleSessions = sqliteTable('console_sessions', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  via: text('via').$type<SignInWay>().notNull(),
  tokenId: text('token_id').references(() => apiTokens.id, { onDelete: 'cascade' }),
  secretHash: blob('secret_hash', { mode: 'buffer' }).notNull(),
  createdAt: time('created_at').notNull(),
  lastUsedAt: time('last_used_at').notNull(),
})
