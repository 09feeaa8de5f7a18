import type { ForeignAuthorityStore } from '../registry/foreign-authorities.ts'
import type { ForeignAuthority } from '../registry/foreign-authority.ts'
import type { Database } from './database.ts'
import { and, eq, isNull, sql } from './drizzle.ts'
import { certificates } from './schema.ts'
import { foreignAuthorities } from './schema-authorities.ts'

export function createForeignAuthorityStore({ orm }: Database): ForeignAuthorityStore {
  const select = () => orm.select().from(foreignAuthorities)
  const one = select()
    .where(eq(foreignAuthorities.fingerprint, sql.placeholder('fingerprint')))
    .prepare()
  return {
    find(fingerprint) {
      const row = one.get({ fingerprint })
      return row && readRow(row)
    },
    list: () => select().orderBy(sql`rowid`).all().map(readRow),
    save({ certificatePem: certificate, ...authority }) {
      const { registration, owner } = authority
      orm
        .insert(foreignAuthorities)
        .values({ ...authority, certificate })
        .onConflictDoUpdate({ target: foreignAuthorities.fingerprint, set: { registration, owner } })
        .run()
    },
    delete: (fingerprint) =>
      void orm.delete(foreignAuthorities).where(eq(foreignAuthorities.fingerprint, fingerprint)).run(),
    listFingerprints: (issuer) =>
      orm
        .select({ fingerprint: certificates.fingerprint })
        .from(certificates)
        .where(and(eq(certificates.issuer, issuer), isNull(certificates.revokedAt)))
        .all()
        .map(({ fingerprint }) => fingerprint),
  }
}

function readRow({ certificate, ...row }: typeof foreignAuthorities.$inferSelect): ForeignAuthority {
  return { ...row, certificatePem: certificate }
}
