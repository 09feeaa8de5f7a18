import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { AuditEntry } from '../registry/audit/audit-entry.ts'
import type { AuditFilter, AuditStore } from '../registry/audit/ports.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, gt, gte, lt, lte, or, sql } from './drizzle.ts'
import { prepareInsertion } from './row-insertion.ts'
import { prepareByShape, prepareRowsOf } from './rows.ts'
import { auditEntries } from './schema-records.ts'

export function createAuditStore(database: Database): AuditStore {
  const { orm, sqlite } = database
  const within = prepareByShape(shapeOf, (filter: AuditFilter) => prepareList(database, filter))
  const after = prepareRowsOf<typeof auditEntries, 'from' | 'limit'>(
    sqlite,
    auditEntries,
    orm
      .select()
      .from(auditEntries)
      .where(gt(auditEntries.number, bound('from')))
      .orderBy(asc(auditEntries.number))
      .limit(bound('limit')),
  )
  const insert = prepareInsertion(sqlite, auditEntries)
  const latest = sqlite.prepare<[], ReturnType<AuditStore['latest']>>(
    'select number, hash from audit_entries order by number desc limit 1',
  )
  const endOfRun = sqlite.prepare<[number, number], { readonly number: number }>(
    'select number from audit_entries where number < ? order by number desc limit 1 offset ?',
  )
  const timesAfter = sqlite.prepare<[number, number], { readonly number: number; readonly at: number }>(
    'select number, at from audit_entries where number > ? order by number limit ?',
  )
  const remove = sqlite.prepare<[number, number]>(
    'delete from audit_entries where number in (select number from audit_entries where number <= ? order by number limit ?)',
  )
  return {
    append({ at, role = null, requestId = null, ...entry }) {
      insert({ ...entry, at: at.getTime(), role, requestId })
    },
    latest: () => latest.get(),
    list: (filter, from, before, limit) => within(filter)({ from, before, limit, ...valuesOf(filter) }).map(readEntry),
    endOfRun: (before, size) => endOfRun.get(before, size - 1)?.number,
    listAfter: (number, limit) => after({ from: number, limit }).map(readEntry),
    timesAfter: (number, limit) =>
      timesAfter.all(number, limit).map((row) => ({ number: row.number, at: new Date(row.at) })),
    deleteOldest: (upTo, limit) => remove.run(upTo, limit).changes,
  }
}

type Name = 'search' | 'action' | 'since' | 'until' | 'from' | 'before' | 'limit'

function prepareList({ orm, sqlite }: Database, { search, action, since, until }: AuditFilter) {
  const { number, at } = auditEntries
  const isAsked = and(
    gte(number, bound('from')),
    lt(number, bound('before')),
    search === undefined ? undefined : contains(bound('search')),
    action === undefined ? undefined : eq(auditEntries.action, bound('action')),
    since && gte(at, bound('since')),
    until && lte(at, bound('until')),
  )
  const list = orm.select().from(auditEntries).where(isAsked).orderBy(desc(number)).limit(bound('limit'))
  return prepareRowsOf<typeof auditEntries, Name>(sqlite, auditEntries, list)
}

function shapeOf({ search, action, since, until }: AuditFilter): string {
  return [search, action, since, until].map((wanted) => wanted !== undefined).join(' ')
}

function valuesOf({ search, action, since, until }: AuditFilter) {
  return {
    search: search === undefined ? null : `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`,
    action: action ?? null,
    since: since?.getTime() ?? null,
    until: until?.getTime() ?? null,
  }
}

function contains(pattern: SQLWrapper): SQL | undefined {
  return or(
    ...[auditEntries.actor, auditEntries.action, auditEntries.object].map(
      (column) => sql`${column} like ${pattern} escape '\\'`,
    ),
  )
}

function bound(name: Name) {
  return sql.placeholder(name)
}

function readEntry({ role, requestId, ...row }: typeof auditEntries.$inferSelect): AuditEntry {
  return { ...row, role: role ?? undefined, requestId: requestId ?? undefined }
}
