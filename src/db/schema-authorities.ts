import type { ForeignAuthority } from '../registry/foreign-authority.ts'
import { blob, integer, primaryKey, sqliteTable, text } from './drizzle.ts'
import { time } from './schema-time.ts'

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

// What the hub has shown of its own CAs, until it expires: it is renewed as the hub sees fit, and no certificate of the registry.
export const shownCertificates = sqliteTable(
  'shown_certificates',
  {
    issuer: text('issuer').notNull(),
    serialNumber: text('serial_number').notNull(),
    notAfter: time('not_after').notNull(),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.serialNumber] })],
)

// What devices were given to verify MQTTS with, from each time on; before the first, the CA's own certificate.
export const trustAnchors = sqliteTable('trust_anchors', {
  since: time('since').primaryKey(),
  fingerprint: text('fingerprint').notNull(),
})
