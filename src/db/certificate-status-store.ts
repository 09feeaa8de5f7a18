import type { CertificateStatusStore } from '../registry/certificate-statuses.ts'
import type { Database } from './database.ts'
import { and, eq, isNull, or, sql } from './drizzle.ts'
import { certificates } from './schema.ts'

export function createCertificateStatusStore({ orm }: Database): CertificateStatusStore {
  const { serialNumber, issuer, revokedAt, revocationReason: reason, pendingSince } = certificates
  const ofSerialNumber = orm
    .select({ revokedAt, reason, pendingSince })
    .from(certificates)
    // What was issued before the hub had two CAs is noted under none.
    .where(and(eq(serialNumber, sql.placeholder('number')), or(isNull(issuer), eq(issuer, sql.placeholder('issuer')))))
    .prepare()
  return {
    listStatuses: (by, number) =>
      ofSerialNumber
        .all({ issuer: by, number })
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
