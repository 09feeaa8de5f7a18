import type { Database } from './database.ts'
import { and, eq, lt, sql } from './drizzle.ts'
import { shownCertificates } from './schema-authorities.ts'

export interface ShownCertificate {
  /** Fingerprint of the CA. */
  readonly issuer: string
  readonly serialNumber: string
  readonly notAfter: Date
}

/** The server certificates that the hub itself has shown, and that have not expired yet. */
export interface ShownCertificateStore {
  /** Again: nothing; those that have expired by `now` are forgotten. */
  note(shown: ShownCertificate, now: Date): void
  has(issuer: string, serialNumber: string): boolean
}

export function createShownCertificateStore({ orm }: Database): ShownCertificateStore {
  const { issuer, serialNumber, notAfter } = shownCertificates
  const ofSerialNumber = orm
    .select({ serialNumber })
    .from(shownCertificates)
    .where(and(eq(issuer, sql.placeholder('issuer')), eq(serialNumber, sql.placeholder('number'))))
    .prepare()
  return {
    note(shown, now) {
      orm.delete(shownCertificates).where(lt(notAfter, now)).run()
      orm.insert(shownCertificates).values(shown).onConflictDoNothing().run()
    },
    has: (by, number) => ofSerialNumber.get({ issuer: by, number }) !== undefined,
  }
}
