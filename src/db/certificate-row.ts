import type { Certificate, NewCertificate } from '../registry/certificate.ts'
import { readKeyThumbprint } from './key-thumbprints.ts'
import type { certificates } from './schema.ts'

export function readCertificate({
  idempotencyKey,
  subject,
  origin,
  pendingSince,
  profile,
  validitySeconds,
  issuer,
  keyThumbprint: _,
  ...row
}: typeof certificates.$inferSelect): Certificate {
  return {
    ...row,
    ...(idempotencyKey === null ? {} : { idempotencyKey }),
    ...(subject === null ? {} : { subject }),
    ...(origin === null ? {} : { origin }),
    ...(issuer === null ? {} : { issuer }),
    ...(pendingSince === null ? {} : { pendingSince }),
    ...(profile === null ? {} : { profile }),
    ...(validitySeconds === null ? {} : { validitySeconds }),
    serialNumber: row.serialNumber ?? undefined,
    notBefore: row.notBefore ?? undefined,
    notAfter: row.notAfter ?? undefined,
    pem: row.pem ?? undefined,
    firstSeenAt: row.firstSeenAt ?? undefined,
    retiresAt: row.retiresAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
    revocationReason: row.revocationReason ?? undefined,
  }
}

type Column = keyof typeof certificates.$inferSelect

/** As SQLite takes it: milliseconds since the epoch for a time, null for what it has not. */
export function writeCertificate(certificate: NewCertificate) {
  const { id, kind, subjectId, fingerprint, createdAt } = certificate
  // Written out: built from a list of its columns, the row took longer than SQLite to insert it.
  return {
    id,
    kind,
    subjectId,
    fingerprint,
    serialNumber: certificate.serialNumber ?? null,
    subject: certificate.subject ?? null,
    pem: certificate.pem ?? null,
    notBefore: writeTime(certificate.notBefore),
    notAfter: writeTime(certificate.notAfter),
    origin: certificate.origin ?? null,
    pendingSince: writeTime(certificate.pendingSince),
    createdAt: createdAt.getTime(),
    firstSeenAt: writeTime(certificate.firstSeenAt),
    retiresAt: writeTime(certificate.retiresAt),
    revokedAt: writeTime(certificate.revokedAt),
    idempotencyKey: certificate.idempotencyKey ?? null,
    revocationReason: certificate.revocationReason ?? null,
    keyThumbprint: certificate.keyThumbprint ?? readKeyThumbprint(certificate.pem),
    profile: certificate.profile ?? null,
    validitySeconds: certificate.validitySeconds ?? null,
    issuer: certificate.issuer ?? null,
  } satisfies Record<Column, string | number | null>
}

function writeTime(time: Date | undefined): number | null {
  return time?.getTime() ?? null
}
