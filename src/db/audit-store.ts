import type { SQL } from 'drizzle-orm'
import type { AuditEntry } from '../registry/audit/audit-entry.ts'
import type { AuditStore } from '../registry/audit/ports.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, getTableColumns, gt, gte, lt, lte, or, sql } from './drizzle.ts'
import { createPage } from './page.ts'
import { auditEntries } from './schema-records.ts'

export function createAuditStore({ orm }: Database): AuditStore {
  const select = () => orm.select().from(auditEntries)
  const insertion = prepareInsertion(orm)
  const latest = select().orderBy(desc(auditEntries.number)).limit(1).prepare()
  return {
    append({ at, role = null, requestId = null, ...entry }) {
      insertion.run({ ...entry, at: at.getTime(), role, requestId })
    },
    latest() {
      const row = latest.get()
      return row && readEntry(row)
    },
    list({ limit, after, search, action, since, until }) {
      const condition = and(
        after === undefined ? undefined : lt(auditEntries.number, Number(after)),
        search === undefined ? undefined : contains(search),
        action === undefined ? undefined : eq(auditEntries.action, action),
        since && gte(auditEntries.at, since),
        until && lte(auditEntries.at, until),
      )
      const rows = select()
        .where(condition)
        .orderBy(desc(auditEntries.number))
        .limit(limit + 1)
        .all()
      return createPage(rows.map(readEntry), limit, ({ number }) => String(number))
    },
    listAfter: (number, limit) =>
      select()
        .where(gt(auditEntries.number, number))
        .orderBy(asc(auditEntries.number))
        .limit(limit)
        .all()
        .map(readEntry),
    deleteBefore: (time) =>
      void orm
        .delete(auditEntries)
        .where(and(lt(auditEntries.at, time), sql`${auditEntries.number} < (select max(number) from ${auditEntries})`))
        .run(),
  }
}

function prepareInsertion(orm: Database['orm']) {
  // Once: to write the statement anew costs several times as much as to run it.
  const row = Object.keys(getTableColumns(auditEntries)).map((name) => [name, sql`${sql.placeholder(name)}`])
  return orm
    .insert(auditEntries)
    .values(Object.fromEntries(row) as typeof auditEntries.$inferInsert)
    .prepare()
}

function contains(part: string): SQL | undefined {
  const pattern = `%${part.replaceAll(/[\\%_]/g, '\\$&')}%`
  return or(
    ...[auditEntries.actor, auditEntries.action, auditEntries.object].map(
      (column) => sql`${column} like ${pattern} escape '\\'`,
    ),
  )
}

function readEntry({ role, requestId, ...row }: typeof auditEntries.$inferSelect): AuditEntry {
  return { ...row, role: role ?? undefined, requestId: requestId ?? undefined }
}
