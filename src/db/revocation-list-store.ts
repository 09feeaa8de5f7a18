import type { RevocationReason } from '../registry/certificate.ts'
import type { DistributionPointStore } from '../registry/distribution-points.ts'
import type { RevocationListStore } from '../registry/revocation-lists.ts'
import type { Database } from './database.ts'
import { asc, desc, eq, gte, lt, sql } from './drizzle.ts'
import { distributionPoints, revocationLists } from './schema.ts'
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
      revoked.all(after, since.getTime(), limit).map((row) => ({
        serialNumber: row.serial_number,
        revokedAt: new Date(row.revoked_at),
        reason: row.revocation_reason ?? 'unspecified',
      })),
    latest: () => orm.select().from(revocationLists).orderBy(desc(revocationLists.number)).limit(1).get(),
    save: ({ number, thisUpdate }) =>
      transaction(() => {
        orm.insert(revocationLists).values({ number, thisUpdate }).run()
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

interface RevokedRow {
  readonly serial_number: string
  readonly revoked_at: number
  readonly revocation_reason: RevocationReason | null
}

// A CA run by hand gave several certificates one serial number: the first revocation of them stands, and
// SQLite takes the reason from the row of the min(): https://www.sqlite.org/lang_select.html#bareagg
// In plain SQL: what drizzle makes of a hundred thousand rows takes as long as all the rest of a CRL.
function prepareRevoked({ sqlite }: Database) {
  return sqlite.prepare<[after: string, since: number, limit: number], RevokedRow>(
    `select serial_number, min(revoked_at) as revoked_at, revocation_reason from certificates
     where revoked_at is not null and serial_number > ? and not_after >= ?
     group by serial_number order by serial_number limit ?`,
  )
}
