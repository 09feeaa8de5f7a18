import type { Certificate } from '../registry/certificate.ts'
import type { certificates } from './schema.ts'

export function readCertificate({
  idempotencyKey,
  subject,
  origin,
  pendingSince,
  ...row
}: typeof certificates.$inferSelect): Certificate {
  return {
    ...row,
    ...(idempotencyKey === null ? {} : { idempotencyKey }),
    ...(subject === null ? {} : { subject }),
    ...(origin === null ? {} : { origin }),
    ...(pendingSince === null ? {} : { pendingSince }),
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
