import type { SQL } from 'drizzle-orm'
import type { EventFilter } from '../events/event-filter.ts'
import type { EventStore } from '../events/ports.ts'
import { deviceOf } from '../logged-event.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, gte, lt, lte, or, sql } from './drizzle.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { prepareByShape, prepareRowsOf } from './rows.ts'
import { events } from './schema-records.ts'

export function createEventStore(database: Database): EventStore {
  const { orm } = database
  const transaction = createRelaxedTransaction(database)
  const { placeholder } = sql
  const oldestFirst = prepareByShape(shapeOf, (filter: EventFilter) => prepareList(database, filter, asc))
  const newestFirst = prepareByShape(shapeOf, (filter: EventFilter) => prepareList(database, filter, desc))
  // Not through the query builder: it costs as much again as the row.
  const insert = database.sqlite.prepare('insert into events (id, at, type, device_id, data) values (?, ?, ?, ?, ?)')
  const endOfRun = database.sqlite.prepare<[number, number], { readonly id: number }>(
    'select id from events where id < ? order by id desc limit 1 offset ?',
  )
  const endOfRunAfter = database.sqlite.prepare<[number, number], { readonly id: number }>(
    'select id from events where id > ? order by id limit 1 offset ?',
  )
  const oldest = orm
    .select({ id: events.id })
    .from(events)
    .where(lte(events.id, placeholder('upTo')))
  const findOldest = oldest.orderBy(asc(events.id)).limit(placeholder('count')).prepare()
  const remove = orm
    .delete(events)
    .where(lte(events.id, placeholder('newest')))
    .prepare()

  return {
    append(those) {
      if (those.length === 0) return
      transaction(() => {
        for (const { id, at, type, data } of those) {
          insert.run(id, at.getTime(), type, deviceOf(data) ?? null, JSON.stringify(data))
        }
      })
    },
    listAfter: (id, upTo, filter, limit) =>
      oldestFirst(filter)({ from: id + 1, before: upTo + 1, limit, ...valuesOf(filter) }),
    list: (filter, from, before, limit) => newestFirst(filter)({ from, before, limit, ...valuesOf(filter) }),
    endOfRun: (before, size) => endOfRun.get(before, size - 1)?.id,
    endOfRunAfter: (id, size) => endOfRunAfter.get(id, size - 1)?.id,
    extent() {
      const found = orm
        .select({
          oldest: sql<number | null>`min(${events.id})`,
          newest: sql<number | null>`max(${events.id})`,
          count: sql<number>`count(*)`,
        })
        .from(events)
        .get()
      if (!found || found.oldest === null || found.newest === null) return undefined
      return { oldest: found.oldest, newest: found.newest, count: found.count }
    },
    deleteOldest(count, upTo) {
      const rows = findOldest.all({ count, upTo })
      const newest = rows.at(-1)?.id
      if (newest === undefined) return { count: 0, newest: 0 }
      transaction(() => remove.run({ newest }))
      return { count: rows.length, newest }
    },
  }
}

type Name = 'from' | 'before' | 'limit' | 'deviceId' | `type ${number}`

function prepareList({ orm, sqlite }: Database, filter: EventFilter, order: typeof asc) {
  const isAsked = and(gte(events.id, bound('from')), lt(events.id, bound('before')), conditionOf(filter))
  const list = orm.select().from(events).where(isAsked).orderBy(order(events.id)).limit(bound('limit'))
  return prepareRowsOf<typeof events, Name>(sqlite, events, list)
}

function shapeOf({ types, deviceId }: EventFilter): string {
  return `${types.length} ${deviceId !== undefined}`
}

function valuesOf({ types, deviceId }: EventFilter) {
  const patterns = types.map((pattern, place): [`type ${number}`, string] => [`type ${place}`, pattern])
  return { deviceId: deviceId ?? null, ...Object.fromEntries(patterns) }
}

function conditionOf({ types, deviceId }: EventFilter): SQL | undefined {
  return and(
    deviceId === undefined ? undefined : eq(events.deviceId, bound('deviceId')),
    // GLOB knows case, and of its signs a pattern of types has "*" alone.
    types.length === 0 ? undefined : or(...types.map((_, place) => sql`${events.type} glob ${bound(`type ${place}`)}`)),
  )
}

function bound(name: Name) {
  return sql.placeholder(name)
}
