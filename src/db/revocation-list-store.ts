import type { DistributionPointStore } from '../registry/distribution-points.ts'
import type { RevocationListStore } from '../registry/revocation-lists.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, gt, gte, isNotNull, lt, sql } from './drizzle.ts'
import { certificates, distributionPoints, revocationLists } from './schema.ts'
import { createTransaction } from './transaction.ts'

export function createRevocationListStore(database: Database): RevocationListStore & DistributionPointStore {
  const { orm } = database
  const transaction = createTransaction(database)
  const revoked = prepareRevoked(database)
  const point = orm
    .select()
    .from(distributionPoints)
    .where(eq(distributionPoints.url, sql.placeholder('url')))
    .prepare()
  return {
    listRevoked: (since, after, limit) =>
      revoked.all({ since: since.getTime(), after, limit }).map(({ serialNumber, revokedAt, reason }) => ({
        serialNumber: serialNumber ?? '',
        revokedAt: new Date(revokedAt),
        reason: reason ?? 'unspecified',
      })),
    latest: () => {
      const { number, thisUpdate } = revocationLists
      return orm.select({ number, thisUpdate }).from(revocationLists).orderBy(desc(number)).limit(1).get()
    },
    published: () => {
      const row = orm.select().from(revocationLists).orderBy(desc(revocationLists.number)).limit(1).get()
      // Of an older version there is the number alone.
      if (!row?.nextUpdate || !row.madeAt || !row.complete) return undefined
      const { number, thisUpdate, nextUpdate, madeAt, complete } = row
      return {
        number,
        thisUpdate,
        nextUpdate,
        madeAt,
        complete,
        forDistributionPoints: row.forDistributionPoints ?? complete,
      }
    },
    save: ({ number, thisUpdate, nextUpdate, madeAt, complete, ...lists }) =>
      transaction(() => {
        const forDistributionPoints = lists.forDistributionPoints === complete ? null : lists.forDistributionPoints
        orm
          .insert(revocationLists)
          .values({ number, thisUpdate, nextUpdate, madeAt, complete, forDistributionPoints })
          .run()
        orm.delete(revocationLists).where(lt(revocationLists.number, number)).run()
      }),
    distributionPoints: (now) =>
      orm
        .select({ url: distributionPoints.url })
        .from(distributionPoints)
        .where(gte(distributionPoints.namedUntil, now))
        .orderBy(asc(distributionPoints.url))
        .all()
        .map(({ url }) => url),
    namedUntil: (url) => point.get({ url })?.namedUntil,
    saveDistributionPoint: (url, namedUntil) =>
      void orm
        .insert(distributionPoints)
        .values({ url, namedUntil })
        .onConflictDoUpdate({ target: distributionPoints.url, set: { namedUntil } })
        .run(),
  }
}

// A CA run by hand gave several certificates one serial number: the first revocation of them stands, and
// SQLite takes the reason from the row of the min(): https://www.sqlite.org/lang_select.html#bareagg
function prepareRevoked({ orm }: Database) {
  const { serialNumber, revokedAt, revocationReason, notAfter } = certificates
  return orm
    .select({ serialNumber, revokedAt: sql<number>`min(${revokedAt})`, reason: revocationReason })
    .from(certificates)
    .where(
      and(
        isNotNull(revokedAt),
        gt(serialNumber, sql.placeholder('after')),
        sql`${notAfter} >= ${sql.placeholder('since')}`,
      ),
    )
    .groupBy(serialNumber)
    .orderBy(asc(serialNumber))
    .limit(sql.placeholder('limit'))
    .prepare()
}
