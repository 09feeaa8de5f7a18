import type { DistributionPointStore } from '../registry/distribution-points.ts'
import type { RevocationListStore } from '../registry/revocation-lists.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, gt, gte, isNotNull, or, sql } from './drizzle.ts'
import { certificates, distributionPoints, revocationLists } from './schema.ts'
import { createTransaction } from './transaction.ts'

export interface ListScope {
  /** Fingerprint of the CA whose list it is; '' is one that nothing was noted under. */
  readonly issuer: string
  /** Of the URLs by which its certificates name the list. */
  readonly path: string
}

export const FIRST_LIST_PATH = '/pki/dp.crl'

export function createRevocationListStore(
  database: Database,
  { issuer, path }: ListScope = { issuer: '', path: FIRST_LIST_PATH },
): RevocationListStore & DistributionPointStore {
  const { orm } = database
  const transaction = createTransaction(database)
  const latest = prepareLatest(database)
  const revoked = prepareRevoked(database)
  const point = orm
    .select()
    .from(distributionPoints)
    .where(eq(distributionPoints.url, sql.placeholder('url')))
    .prepare()
  return {
    listRevoked: (since, after, limit) =>
      revoked.all({ issuer, since: since.getTime(), after, limit }).map(({ serialNumber, revokedAt, reason }) => ({
        serialNumber: serialNumber ?? '',
        revokedAt: new Date(revokedAt),
        reason: reason ?? 'unspecified',
      })),
    latest() {
      const row = latest.get({ issuer })
      return row && { number: row.number, thisUpdate: row.thisUpdate }
    },
    published() {
      const row = latest.get({ issuer })
      // Of an older version there is the number alone.
      if (!row?.nextUpdate || !row.madeAt || !row.complete) return undefined
      const { number, thisUpdate, nextUpdate, madeAt, complete } = row
      const forDistributionPoints = row.forDistributionPoints ?? complete
      return { number, thisUpdate, nextUpdate, madeAt, complete, forDistributionPoints }
    },
    save: ({ number, thisUpdate, nextUpdate, madeAt, complete, ...lists }) =>
      transaction(() => {
        const forDistributionPoints = lists.forDistributionPoints === complete ? null : lists.forDistributionPoints
        const row = { number, thisUpdate, nextUpdate, madeAt, complete, forDistributionPoints }
        const { changes } = orm
          .insert(revocationLists)
          .values({ issuer, ...row })
          .onConflictDoUpdate({
            target: revocationLists.issuer,
            set: row,
            setWhere: sql`${revocationLists.number} < ${number}`,
          })
          .run()
        if (changes === 0) throw new Error(`The number ${number} of a revocation list has been given already`)
        // Followed by this one, whose number is greater.
        if (issuer !== '') orm.delete(revocationLists).where(eq(revocationLists.issuer, '')).run()
      }),
    distributionPoints: (now) =>
      orm
        .select({ url: distributionPoints.url })
        .from(distributionPoints)
        .where(gte(distributionPoints.namedUntil, now))
        .orderBy(asc(distributionPoints.url))
        .all()
        .map(({ url }) => url)
        .filter((url) => new URL(url).pathname === path),
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
/** What was published before CAs were noted was the list of the one that is asked first. */
function prepareLatest({ orm }: Database) {
  const { issuer, number } = revocationLists
  return orm
    .select()
    .from(revocationLists)
    .where(or(eq(issuer, sql.placeholder('issuer')), eq(issuer, '')))
    .orderBy(desc(number))
    .limit(1)
    .prepare()
}

function prepareRevoked({ orm }: Database) {
  const { serialNumber, revokedAt, revocationReason, notAfter } = certificates
  return orm
    .select({ serialNumber, revokedAt: sql<number>`min(${revokedAt})`, reason: revocationReason })
    .from(certificates)
    .where(
      and(
        isNotNull(revokedAt),
        sql`coalesce(${certificates.issuer}, ${sql.placeholder('issuer')}) = ${sql.placeholder('issuer')}`,
        gt(serialNumber, sql.placeholder('after')),
        sql`${notAfter} >= ${sql.placeholder('since')}`,
      ),
    )
    .groupBy(serialNumber)
    .orderBy(asc(serialNumber))
    .limit(sql.placeholder('limit'))
    .prepare()
}
