import type { Enrolment } from '../registry/enrolment/enrolment.ts'
import type { EnrolmentStore } from '../registry/enrolment/ports.ts'
import type { Database } from './database.ts'
import { and, eq, gt, lte, ne, type SQL, sql } from './drizzle.ts'
import { prepareRowsOf } from './rows.ts'
import { enrolments } from './schema-enrolment.ts'

interface Counted {
  readonly rows: number
}

export function createEnrolmentStore({ orm, sqlite }: Database): EnrolmentStore {
  const { id, tokenId, deviceId, keyThumbprint, state, lapsesAt } = enrolments
  const isThere = (now: Date): SQL => gt(lapsesAt, now)
  // Asked for with every page of the console.
  const all = prepareRowsOf<typeof enrolments, 'now'>(
    sqlite,
    enrolments,
    orm
      .select()
      .from(enrolments)
      .where(gt(lapsesAt, sql.placeholder('now')))
      .orderBy(sql`rowid`),
  )
  const remove = (which: SQL | undefined): void => void orm.delete(enrolments).where(which).run()
  const findWhere = (which: SQL | undefined): Enrolment | undefined => {
    const row = orm.select().from(enrolments).where(which).get()
    return row && readEnrolment(row)
  }
  const countWhere = (which: SQL | undefined): number => {
    const counted = orm.select({ rows: sql<number>`count(*)` }).from(enrolments).where(which).get()
    // A count is one row, of nothing as well: https://www.sqlite.org/lang_select.html#resultset
    return (counted as Counted).rows
  }

  return {
    find: (enrolmentId, now) => findWhere(and(eq(id, enrolmentId), isThere(now))),
    findAsked: (asked, now) =>
      findWhere(
        and(
          eq(tokenId, asked.tokenId),
          eq(deviceId, asked.deviceId),
          eq(keyThumbprint, asked.keyThumbprint),
          isThere(now),
        ),
      ),
    insert: (enrolment) => void orm.insert(enrolments).values(enrolment).run(),
    decide: (enrolmentId, decision) => void orm.update(enrolments).set(decision).where(eq(id, enrolmentId)).run(),
    delete: (enrolmentId) => remove(eq(id, enrolmentId)),
    deletePending: (ofToken, ofDevice) =>
      remove(and(eq(tokenId, ofToken), eq(deviceId, ofDevice), eq(state, 'pending'))),
    deleteLapsed: (by) => remove(lte(lapsesAt, by)),
    count: (now) => countWhere(isThere(now)),
    countOpen: (ofToken, now) => countWhere(and(eq(tokenId, ofToken), ne(state, 'rejected'), isThere(now))),
    list: (now) => all({ now: now.getTime() }).map(readEnrolment),
  }
}

function readEnrolment(row: typeof enrolments.$inferSelect): Enrolment {
  return { ...row, decidedAt: row.decidedAt ?? undefined }
}
