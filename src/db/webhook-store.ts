import type { DeliveryStore, WebhookStore } from '../events/webhooks/ports.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, gt, lte, or, sql } from './drizzle.ts'
import { createPage } from './page.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { webhookDeliveries as deliveries, webhooks } from './schema-records.ts'

const DELETED_AT_ONCE = 1000

export function createWebhookStore({ orm }: Database): WebhookStore {
  return {
    list: () =>
      orm
        .select()
        .from(webhooks)
        .orderBy(asc(webhooks.createdAt), sql`rowid`)
        .all()
        .map((row) => ({ ...row, template: row.template ?? undefined })),
    save({ template, ...webhook }) {
      const row = { ...webhook, template: template ?? null }
      orm.insert(webhooks).values(row).onConflictDoUpdate({ target: webhooks.id, set: row }).run()
    },
    delete: (id) => void orm.delete(webhooks).where(eq(webhooks.id, id)).run(),
  }
}

export function createDeliveryStore(database: Database): DeliveryStore {
  const { orm } = database
  const relaxed = createRelaxedTransaction(database)
  const stateOf = (webhookId: string, state: 'pending' | 'dead') =>
    and(eq(deliveries.webhookId, webhookId), eq(deliveries.state, state))
  return {
    insert: (those) =>
      void relaxed(() =>
        orm
          .insert(deliveries)
          .values([...those])
          .run(),
      ),
    find(id) {
      const row = orm.select().from(deliveries).where(eq(deliveries.id, id)).get()
      return row && readDelivery(row)
    },
    update({ id, state, attempts, nextAt, error }) {
      const changed = { state, attempts, nextAt, error: error ?? null }
      relaxed(() => orm.update(deliveries).set(changed).where(eq(deliveries.id, id)).run())
    },
    delete: (id) => void relaxed(() => orm.delete(deliveries).where(eq(deliveries.id, id)).run()),
    listDue: (webhookId, now, latest, limit) =>
      orm
        .select()
        .from(deliveries)
        .where(and(stateOf(webhookId, 'pending'), or(lte(deliveries.nextAt, now), gt(deliveries.nextAt, latest))))
        .orderBy(asc(deliveries.nextAt))
        .limit(limit)
        .all()
        .map(readDelivery),
    list(webhookId, state, { limit, after = '' }) {
      const rows = orm
        .select()
        .from(deliveries)
        .where(and(stateOf(webhookId, state), gt(deliveries.id, after)))
        .orderBy(asc(deliveries.id))
        .limit(limit + 1)
        .all()
      return createPage(rows.map(readDelivery), limit, ({ id }) => id)
    },
    count(webhookId, state) {
      const found = orm.select({ count: sql<number>`count(*)` }).from(deliveries).where(stateOf(webhookId, state)).get()
      return found?.count ?? 0
    },
    deleteOldDead(webhookId, kept) {
      const old = orm
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(stateOf(webhookId, 'dead'))
        .orderBy(desc(deliveries.nextAt), desc(sql`rowid`))
        .limit(DELETED_AT_ONCE)
        .offset(kept)
        .all()
      relaxed(() => {
        for (const { id } of old) orm.delete(deliveries).where(eq(deliveries.id, id)).run()
      })
    },
  }
}

function readDelivery({ error, ...row }: typeof deliveries.$inferSelect) {
  return { ...row, error: error ?? undefined }
}
