import type { SQL } from 'drizzle-orm'
import type { RevocationReason } from '../registry/certificate.ts'
import type { CertificateMarks, CertificateStore, CertifiedKeys, ForeignCertificates } from '../registry/ports.ts'
import { readCertificate, writeCertificate } from './certificate-row.ts'
import type { Database } from './database.ts'
import { and, asc, eq, isNull, lte, sql } from './drizzle.ts'
import { createForeignCertificates } from './foreign-certificates.ts'
import { hidden } from './hidden-value.ts'
import { fillKeyThumbprints } from './key-thumbprints.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { prepareInsertion } from './row-insertion.ts'
import { prepareRowsOf } from './rows.ts'
import { certificates } from './schema.ts'
import { createTransaction } from './transaction.ts'

export function createCertificateStore(
  database: Database,
): CertificateStore & CertificateMarks & ForeignCertificates & CertifiedKeys {
  fillKeyThumbprints(database)
  const { byFingerprint, ofSubject, ofKey, retired } = prepareLookUps(database)
  const insert = prepareInsertion(database.sqlite, certificates)

  return {
    findByFingerprint(fingerprint) {
      const [row] = byFingerprint({ fingerprint })
      return row && readCertificate(row)
    },
    listOf: (kind, subjectId) => ofSubject({ kind, subjectId }).map(readCertificate),
    listOfKey: (thumbprint) => ofKey({ thumbprint }).map(readCertificate),
    listRetired: (by, limit) => retired({ by: by.getTime(), limit }).map(readCertificate),
    insert: (certificate) => insert(writeCertificate(certificate)),
    ...createMarks(database),
    ...createForeignCertificates(database),
  }
}

function prepareLookUps({ orm, sqlite }: Database) {
  const { fingerprint, kind, subjectId, keyThumbprint, retiresAt, revokedAt } = certificates
  const where = (condition: SQL | undefined) => orm.select().from(certificates).where(condition)
  return {
    byFingerprint: prepareRowsOf<typeof certificates, 'fingerprint'>(
      sqlite,
      certificates,
      where(eq(fingerprint, sql.placeholder('fingerprint'))),
    ),
    ofSubject: prepareRowsOf<typeof certificates, 'kind' | 'subjectId'>(
      sqlite,
      certificates,
      where(and(eq(kind, hidden('kind')), eq(subjectId, hidden('subjectId'))))
        // The clock may stand still or be set back between two certificates: the one inserted last is the newest.
        .orderBy(sql`rowid desc`),
    ),
    ofKey: prepareRowsOf<typeof certificates, 'thumbprint'>(
      sqlite,
      certificates,
      where(eq(keyThumbprint, sql.placeholder('thumbprint'))),
    ),
    retired: prepareRowsOf<typeof certificates, 'by' | 'limit'>(
      sqlite,
      certificates,
      where(and(isNull(revokedAt), lte(retiresAt, sql.placeholder('by'))))
        .orderBy(asc(retiresAt))
        .limit(sql.placeholder('limit')),
    ),
  }
}

function createMarks(database: Database): Omit<CertificateMarks, 'listRetired'> {
  const { sqlite } = database
  const transaction = createTransaction(database)
  const relaxed = createRelaxedTransaction(database)
  // Prepared, and without the encoders: a fleet may end at once. The first revocation stands, with its time and reason,
  // unless it was a hold; X.509 §8.5.2.2: whoever is revoked for good after a hold, was revoked at the time of the hold.
  const revoke = sqlite.prepare<[number, RevocationReason, string]>(
    `update certificates set revoked_at = coalesce(revoked_at, ?), revocation_reason = ?
     where fingerprint = ? and (revoked_at is null or revocation_reason = 'certificateHold')`,
  )
  const release = sqlite.prepare<[string]>(
    `update certificates set revoked_at = null, revocation_reason = null
     where fingerprint = ? and revocation_reason = 'certificateHold'`,
  )
  const retire = sqlite.prepare<[number, string]>(
    'update certificates set retires_at = ? where fingerprint = ? and revoked_at is null',
  )
  const see = sqlite.prepare<[number, ...contents: (string | number | null)[], fingerprint: string]>(
    `update certificates set first_seen_at = ?, serial_number = coalesce(?, serial_number),
       not_before = coalesce(?, not_before), not_after = coalesce(?, not_after),
       subject = coalesce(?, subject), issuer = coalesce(?, issuer)
     where fingerprint = ? and first_seen_at is null`,
  )

  return {
    markRevoked(fingerprints, revokedAt, reason) {
      transaction(() => {
        for (const fingerprint of fingerprints) revoke.run(revokedAt.getTime(), reason, fingerprint)
      })
    },
    markReleased: (fingerprint) => void release.run(fingerprint),
    markRetiring(fingerprints, retiresAt) {
      transaction(() => {
        for (const fingerprint of fingerprints) retire.run(retiresAt.getTime(), fingerprint)
      })
    },
    // Where the power takes it with it, the next connection is the first.
    markFirstSeen: ({ fingerprint, serialNumber, notBefore, notAfter, subject, issuer }, firstSeenAt) =>
      void relaxed(() =>
        see.run(
          firstSeenAt.getTime(),
          serialNumber ?? null,
          notBefore?.getTime() ?? null,
          notAfter?.getTime() ?? null,
          subject ?? null,
          issuer ?? null,
          fingerprint,
        ),
      ),
  }
}
