import type { CertificateStatusStore } from '../registry/certificate-statuses.ts'
import type { Database } from './database.ts'
import { eq, sql } from './drizzle.ts'
import { certificates } from './schema.ts'

export function createCertificateStatusStore({ orm }: Database): CertificateStatusStore {
  const { serialNumber, revokedAt, revocationReason: reason, pendingSince } = certificates
  const ofSerialNumber = orm
    .select({ revokedAt, reason, pendingSince })
    .from(certificates)
    .where(eq(serialNumber, sql.placeholder('serialNumber')))
    .prepare()
  return {
    listStatuses: (number) =>
      ofSerialNumber
        .all({ serialNumber: number })
        .toSorted((one, other) => timeOf(one.revokedAt) - timeOf(other.revokedAt))
        .map((row) => ({
          isPending: row.pendingSince !== null,
          revokedAt: row.revokedAt ?? undefined,
          reason: row.reason ?? undefined,
        })),
  }
}

function timeOf(revokedAt: Date | null): number {
  return revokedAt?.getTime() ?? Number.MAX_SAFE_INTEGER
}
