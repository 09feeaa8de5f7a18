import type { RevocationReason } from '../registry/certificate.ts'
import type { DistributionPointStore } from '../registry/distribution-points.ts'
import type { RevocationListStore } from '../registry/revocation-lists.ts'
import type { Database } from './database.ts'
import { asc, desc, eq, gte, or, sql } from './drizzle.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { distributionPoints, revocationLists } from './schema-authorities.ts'

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
  const relaxed = createRelaxedTransaction(database)
  const { latest, latestNumber } = prepareLatest(database)
  const revoked = prepareRevoked(database)
  const point = orm
    .select()
    .from(distributionPoints)
    .where(eq(distributionPoints.url, sql.placeholder('url')))
    .prepare()
  return {
    listRevoked: (since, after, limit) =>
      revoked.all(issuer, issuer, after, since.getTime(), limit).map((row) => ({
        serialNumber: row.serial_number,
        revokedAt: new Date(row.revoked_at),
        reason: row.revocation_reason ?? 'unspecified',
      })),
    latest: () => latestNumber.get({ issuer }),
    published() {
      const row = latest.get({ issuer })
      // Of an older version there is the number alone.
      if (!row?.nextUpdate || !row.madeAt || !row.complete) return undefined
      const { number, thisUpdate, nextUpdate, madeAt, complete } = row
      const forDistributionPoints = row.forDistributionPoints ?? complete
      return { number, thisUpdate, nextUpdate, madeAt, complete, forDistributionPoints }
    },
    save: ({ number, thisUpdate, nextUpdate, madeAt, complete, ...lists }) =>
      relaxed(() => {
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
    sync: () => database.sync(),
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

interface RevokedRow {
  readonly serial_number: string
  readonly revoked_at: number
  readonly revocation_reason: RevocationReason | null
}

// A CA run by hand gave several certificates one serial number: the first revocation of them stands, and
// SQLite takes the reason from the row of the min(): https://www.sqlite.org/lang_select.html#bareagg
// In plain SQL: what drizzle makes of a hundred thousand rows takes as long as all the rest of a CRL.
function prepareRevoked({ sqlite }: Database) {
  return sqlite.prepare<[issuer: string, sameIssuer: string, after: string, since: number, limit: number], RevokedRow>(
    `select serial_number, min(revoked_at) as revoked_at, revocation_reason from certificates
     where revoked_at is not null and coalesce(issuer, ?) = ? and serial_number > ? and not_after >= ?
     group by serial_number order by serial_number limit ?`,
  )
}

/** What was published before CAs were noted was the list of the one that is asked first. */
function prepareLatest({ orm }: Database) {
  const { issuer, number, thisUpdate } = revocationLists
  const isAsked = or(eq(issuer, sql.placeholder('issuer')), eq(issuer, ''))
  return {
    latest: orm.select().from(revocationLists).where(isAsked).orderBy(desc(number)).limit(1).prepare(),
    // Not its octets: those of a large fleet's are megabytes.
    latestNumber: orm
      .select({ number, thisUpdate })
      .from(revocationLists)
      .where(isAsked)
      .orderBy(desc(number))
      .limit(1)
      .prepare(),
  }
}
