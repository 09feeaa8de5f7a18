import type { SQL } from 'drizzle-orm'
import type { AuditEntry } from '../registry/audit/audit-entry.ts'
import type { AuditStore } from '../registry/audit/ports.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, gt, gte, lt, lte, or, sql } from './drizzle.ts'
import { prepareInsertion } from './row-insertion.ts'
import { auditEntries } from './schema-records.ts'

export function createAuditStore({ orm, sqlite }: Database): AuditStore {
  const select = () => orm.select().from(auditEntries)
  const insert = prepareInsertion(sqlite, auditEntries)
  const latest = sqlite.prepare<[], ReturnType<AuditStore['latest']>>(
    'select number, hash from audit_entries order by number desc limit 1',
  )
  const endOfRun = sqlite.prepare<[number, number], { readonly number: number }>(
    'select number from audit_entries where number < ? order by number desc limit 1 offset ?',
  )
  return {
    append({ at, role = null, requestId = null, ...entry }) {
      insert({ ...entry, at: at.getTime(), role, requestId })
    },
    latest: () => latest.get(),
    list({ search, action, since, until }, from, before, limit) {
      const condition = and(
        gte(auditEntries.number, from),
        lt(auditEntries.number, before),
        search === undefined ? undefined : contains(search),
        action === undefined ? undefined : eq(auditEntries.action, action),
        since && gte(auditEntries.at, since),
        until && lte(auditEntries.at, until),
      )
      const rows = select().where(condition).orderBy(desc(auditEntries.number)).limit(limit).all()
      return rows.map(readEntry)
    },
    endOfRun: (before, size) => endOfRun.get(before, size - 1)?.number,
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
