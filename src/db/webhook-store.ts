import type { WebhookDelivery } from '../events/webhooks/delivery.ts'
import type { DeliveryStore, WebhookStore } from '../events/webhooks/ports.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, gt, sql } from './drizzle.ts'
import { createPage } from './page.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { prepareInsertion } from './row-insertion.ts'
import { prepareRows, prepareRowsOf } from './rows.ts'
import { webhookDeliveries as deliveries, webhooks } from './schema-records.ts'

const DELETED_AT_ONCE = 1000

export function createWebhookStore({ orm, sqlite }: Database): WebhookStore {
  const inOrder = orm.select().from(webhooks).orderBy(asc(webhooks.createdAt), sql`rowid`)
  const all = prepareRowsOf(sqlite, webhooks, inOrder)
  return {
    list: () => all({}).map((row) => ({ ...row, template: row.template ?? undefined })),
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
  const { byId, due, page, countOf } = prepareReads(database)
  const { add, change, remove } = prepareWrites(database)
  const stateOf = (webhookId: string, state: 'pending' | 'dead') =>
    and(eq(deliveries.webhookId, webhookId), eq(deliveries.state, state))
  return {
    insert: (those) => relaxed(() => those.forEach(add)),
    find(id) {
      const [row] = byId({ id })
      return row && readDelivery(row)
    },
    update({ id, state, attempts, nextAt, error }) {
      relaxed(() => change.run(state, attempts, nextAt.getTime(), error ?? null, id))
    },
    delete: (id) => void relaxed(() => remove.run(id)),
    listDue: (webhookId, now, latest, limit) =>
      due({ webhookId, now: now.getTime(), latest: latest.getTime(), limit }).map(readDelivery),
    list(webhookId, state, { limit, after = '' }) {
      const rows = page({ webhookId, state, after, limit: limit + 1 })
      return createPage(rows.map(readDelivery), limit, ({ id }) => id)
    },
    count(webhookId, state) {
      const [[count] = [0]] = countOf({ webhookId, state })
      return count
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
        for (const { id } of old) remove.run(id)
      })
    },
  }
}

function prepareReads({ orm, sqlite }: Database) {
  const bound = sql.placeholder
  const ofWebhook = eq(deliveries.webhookId, bound('webhookId'))
  const ofState = and(ofWebhook, eq(deliveries.state, bound('state')))
  const { nextAt } = deliveries
  const isTime = sql`(${nextAt} <= ${bound('now')} or ${nextAt} > ${bound('latest')})`
  const isDue = and(ofWebhook, eq(deliveries.state, 'pending'), isTime)
  const all = () => orm.select().from(deliveries)
  const one = all().where(eq(deliveries.id, bound('id')))
  const due = all().where(isDue).orderBy(asc(nextAt)).limit(bound('limit'))
  const page = all()
    .where(and(ofState, gt(deliveries.id, bound('after'))))
    .orderBy(asc(deliveries.id))
    .limit(bound('limit'))
  const count = orm.select({ count: sql`count(*)` }).from(deliveries).where(ofState)
  return {
    byId: prepareRowsOf<typeof deliveries, 'id'>(sqlite, deliveries, one),
    due: prepareRowsOf<typeof deliveries, 'webhookId' | 'now' | 'latest' | 'limit'>(sqlite, deliveries, due),
    page: prepareRowsOf<typeof deliveries, 'webhookId' | 'state' | 'after' | 'limit'>(sqlite, deliveries, page),
    countOf: prepareRows<readonly [count: number], 'webhookId' | 'state'>(sqlite, count),
  }
}

/** For each event that a webhook is told of. */
function prepareWrites({ sqlite }: Database) {
  const insert = prepareInsertion(sqlite, deliveries)
  return {
    add({ nextAt, createdAt, error, ...delivery }: WebhookDelivery): void {
      insert({ ...delivery, error: error ?? null, nextAt: nextAt.getTime(), createdAt: createdAt.getTime() })
    },
    change: sqlite.prepare<[WebhookDelivery['state'], number, number, string | null, string]>(
      'update webhook_deliveries set state = ?, attempts = ?, next_at = ?, error = ? where id = ?',
    ),
    remove: sqlite.prepare<[string]>('delete from webhook_deliveries where id = ?'),
  }
}

function readDelivery({ error, ...row }: typeof deliveries.$inferSelect) {
  return { ...row, error: error ?? undefined }
}
