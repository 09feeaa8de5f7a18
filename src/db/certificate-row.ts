import type { Certificate } from '../registry/certificate.ts'
import { getTableColumns } from './drizzle.ts'
import { certificates } from './schema.ts'

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

/** In the order of the table. */
export const CERTIFICATE_COLUMNS = Object.keys(getTableColumns(certificates)) as readonly Column[]

type Column = keyof typeof certificates.$inferSelect

/** As SQLite takes it: milliseconds since the epoch for a time, null for what it has not. */
export function writeCertificate(certificate: Certificate): Readonly<Record<Column, string | number | null>> {
  const columns = CERTIFICATE_COLUMNS.map((name) => {
    const value = certificate[name]
    return [name, value instanceof Date ? value.getTime() : (value ?? null)] as const
  })
  return Object.fromEntries(columns) as Record<Column, string | number | null>
}
