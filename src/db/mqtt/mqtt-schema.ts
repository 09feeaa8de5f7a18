import type { Identity } from '../../registry/identity.ts'
import { blob, index, integer, primaryKey, sqliteTable, text } from '../drizzle.ts'

// A payload column has no affinity: a text stays a text and octets stay octets.
const payload = () => blob('payload', { mode: 'buffer' })
// What else a packet carries, as JSON: MQTT 5's properties have their place here.
const more = () => text('more')

export const sessions = sqliteTable(
  'sessions',
  {
    sid: integer('sid').primaryKey(),
    clientId: text('client_id').notNull().unique(),
    ownerKind: text('owner_kind').$type<Identity['kind']>(),
    ownerId: text('owner_id'),
    // None while it is connected, and after a crash until it is next.
    disconnectedAt: integer('disconnected_at', { mode: 'timestamp_ms' }),
    // The last of its queue that was sent; unknown after a crash.
    lastSent: integer('last_sent'),
  },
  (table) => [index('sessions_by_disconnection').on(table.disconnectedAt)],
)

export const subscriptions = sqliteTable(
  'subscriptions',
  {
    sid: integer('sid').notNull(),
    topicFilter: text('topic_filter').notNull(),
    qos: integer('qos').notNull(),
    more: more(),
  },
  (table) => [primaryKey({ columns: [table.sid, table.topicFilter] })],
)

// position is sid * 2^32 + n, n counting a session's messages: one b-tree, in publish order within each session.
export const queue = sqliteTable('queue', {
  position: integer('position').primaryKey(),
  topic: text('topic').notNull(),
  payload: payload(),
  qos: integer('qos').notNull(),
  retain: integer('retain').notNull(),
  // MQTT 3.1.1 §4.3.3: PUBREC has come; from then on PUBREL is sent again, and never the message.
  released: integer('released').notNull(),
  queuedAt: integer('queued_at').notNull(),
  more: more(),
})

// [MQTT-4.3.3-2]: packet identifiers of QoS 2 messages that were taken over and whose PUBREL has not come.
export const incoming = sqliteTable(
  'incoming',
  {
    sid: integer('sid').notNull(),
    messageId: integer('message_id').notNull(),
    topic: text('topic'),
    payload: payload(),
    more: more(),
  },
  (table) => [primaryKey({ columns: [table.sid, table.messageId] })],
)

export const retained = sqliteTable('retained', {
  topic: text('topic').primaryKey(),
  payload: payload().notNull(),
  qos: integer('qos').notNull(),
  more: more(),
})

export const wills = sqliteTable('wills', {
  clientId: text('client_id').primaryKey(),
  topic: text('topic').notNull(),
  payload: payload(),
  qos: integer('qos').notNull(),
  retain: integer('retain').notNull(),
  // Whose it is, by the credential of its client, of which a certificate's fingerprint is one: asked again before it is published after a crash.
  fingerprint: text('fingerprint'),
  more: more(),
})
