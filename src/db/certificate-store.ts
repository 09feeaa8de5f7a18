import type { RevocationReason } from '../registry/certificate.ts'
import type { CertificateMarks, CertificateStore, CertifiedKeys, ForeignCertificates } from '../registry/ports.ts'
import { createForeignCertificates } from './certificate-list.ts'
import { readCertificate, writeCertificate } from './certificate-row.ts'
import type { Database } from './database.ts'
import { and, asc, eq, isNull, lte, sql } from './drizzle.ts'
import { hidden } from './hidden-value.ts'
import { fillKeyThumbprints } from './key-thumbprints.ts'
import { prepareInsertion } from './row-insertion.ts'
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
      const row = byFingerprint.get({ fingerprint })
      return row && readCertificate(row)
    },
    listOf: (kind, subjectId) => ofSubject.all({ kind, subjectId }).map(readCertificate),
    listOfKey: (thumbprint) => ofKey.all({ thumbprint }).map(readCertificate),
    listRetired: (by, limit) => retired.all({ by: by.getTime(), limit }).map(readCertificate),
    insert: (certificate) => insert(writeCertificate(certificate)),
    ...createMarks(database),
    ...createForeignCertificates(database),
  }
}

function prepareLookUps({ orm }: Database) {
  const { fingerprint, kind, subjectId, keyThumbprint, retiresAt, revokedAt } = certificates
  const select = () => orm.select().from(certificates)
  return {
    byFingerprint: select()
      .where(eq(fingerprint, sql.placeholder('fingerprint')))
      .prepare(),
    ofSubject: select()
      .where(and(eq(kind, hidden('kind')), eq(subjectId, hidden('subjectId'))))
      // The clock may stand still or be set back between two certificates: the one inserted last is the newest.
      .orderBy(sql`rowid desc`)
      .prepare(),
    ofKey: select()
      .where(eq(keyThumbprint, sql.placeholder('thumbprint')))
      .prepare(),
    retired: select()
      .where(and(isNull(revokedAt), lte(retiresAt, sql.placeholder('by'))))
      .orderBy(asc(retiresAt))
      .limit(sql.placeholder('limit'))
      .prepare(),
  }
}

function createMarks(database: Database): Omit<CertificateMarks, 'listRetired'> {
  const { orm, sqlite } = database
  const transaction = createTransaction(database)
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
    markFirstSeen({ fingerprint, serialNumber, notBefore, notAfter, subject, issuer }, firstSeenAt) {
      const unseen = and(eq(certificates.fingerprint, fingerprint), isNull(certificates.firstSeenAt))
      orm
        .update(certificates)
        .set({ firstSeenAt, serialNumber, notBefore, notAfter, subject, issuer })
        .where(unseen)
        .run()
    },
  }
}
