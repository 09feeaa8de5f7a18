import type { WebhookDelivery } from '../events/webhooks/delivery.ts'
import type { Webhook } from '../events/webhooks/webhook.ts'
import { index, integer, sqliteTable, text } from './drizzle.ts'
import { time } from './schema-time.ts'

// Append-only: a trigger refuses every change of an entry; only the oldest are ever deleted.
export const auditEntries = sqliteTable(
  'audit_entries',
  {
    number: integer('number').primaryKey(),
    at: time('at').notNull(),
    actor: text('actor').notNull(),
    role: text('role'),
    action: text('action').notNull(),
    object: text('object').notNull(),
    surface: text('surface').notNull(),
    address: text('address').notNull(),
    result: text('result').notNull(),
    requestId: text('request_id'),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [index('audit_entries_by_time').on(table.at)],
)

// By ids that grow: the newest part of what happened, for whoever was away.
export const events = sqliteTable('events', {
  id: integer('id').primaryKey(),
  at: time('at').notNull(),
  type: text('type').notNull(),
  // Of the events that are a device's.
  deviceId: text('device_id'),
  data: text('data', { mode: 'json' }).$type<Readonly<Record<string, unknown>>>().notNull(),
})

export const webhooks = sqliteTable('webhooks', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  state: text('state').$type<Webhook['state']>().notNull(),
  url: text('url').notNull(),
  secret: text('secret').notNull(),
  headers: text('headers', { mode: 'json' }).$type<Webhook['headers']>().notNull(),
  types: text('types', { mode: 'json' }).$type<Webhook['types']>().notNull(),
  topicFilters: text('topic_filters', { mode: 'json' }).$type<Webhook['topicFilters']>().notNull(),
  format: text('format').$type<Webhook['format']>().notNull(),
  template: text('template', { mode: 'json' }).$type<Webhook['template']>(),
  createdAt: time('created_at').notNull(),
})

// What a target has not taken yet; a dead one waits for an operator.
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    webhookId: text('webhook_id')
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    type: text('type').notNull(),
    body: text('body').notNull(),
    state: text('state').$type<WebhookDelivery['state']>().notNull(),
    attempts: integer('attempts').notNull(),
    nextAt: time('next_at').notNull(),
    error: text('error'),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('webhook_deliveries_due').on(table.webhookId, table.state, table.nextAt)],
)
