import type { TrustAnchorStore } from '../registry/ports.ts'
import { isActiveAt } from './certificate-condition.ts'
import type { Database } from './database.ts'
import { and, desc, eq, sql } from './drizzle.ts'
import { certificates } from './schema.ts'
import { trustAnchors } from './schema-authorities.ts'

export function createTrustAnchorStore({ orm }: Database): TrustAnchorStore {
  return {
    current: () => orm.select().from(trustAnchors).orderBy(desc(trustAnchors.since)).get()?.fingerprint,
    insert: (fingerprint, since) =>
      void orm
        .insert(trustAnchors)
        .values({ since, fingerprint })
        .onConflictDoUpdate({ target: trustAnchors.since, set: { fingerprint } })
        .run(),
    countDevicesWithout(fingerprint, own, now) {
      // SQLite takes the other columns from the row of the max(): https://www.sqlite.org/lang_select.html#bareagg
      const newest = orm
        .select({ origin: certificates.origin, issued: sql`max(${certificates.createdAt})`.as('issued') })
        .from(certificates)
        .where(and(eq(certificates.kind, 'device'), isActiveAt(now)))
        .groupBy(certificates.subjectId)
        .as('newest')
      const given = sql`(select ${trustAnchors.fingerprint} from ${trustAnchors} where ${trustAnchors.since} <= issued order by ${trustAnchors.since} desc limit 1)`
      // What was not issued here came with the CA that was adopted.
      const held = sql`case when ${newest.origin} is null then coalesce(${given}, ${own}) else ${own} end`
      return orm.select({ origin: newest.origin }).from(newest).where(sql`${held} <> ${fingerprint}`).all().length
    },
  }
}
