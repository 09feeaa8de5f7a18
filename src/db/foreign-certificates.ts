import type { SQL } from 'drizzle-orm'
import type { ForeignCertificates } from '../registry/ports.ts'
import { createCertificateList } from './certificate-list.ts'
import type { Database } from './database.ts'
import { and, eq, isNull, sql } from './drizzle.ts'
import { certificates } from './schema.ts'

export function createForeignCertificates(database: Database): ForeignCertificates {
  const { orm, sqlite } = database
  const pending = sqlite
    .prepare('select count(*) from certificates where pending_since is not null and revoked_at is null')
    .pluck()
  const forget = orm
    .delete(certificates)
    .where(and(eq(certificates.fingerprint, sql.placeholder('fingerprint')), isNull(certificates.revokedAt)))
    .prepare()
  const is = (fingerprint: string): SQL => eq(certificates.fingerprint, fingerprint)

  return {
    ...createCertificateList(database),
    countPending: () => Number(pending.get()),
    approve: (fingerprint) => void orm.update(certificates).set({ pendingSince: null }).where(is(fingerprint)).run(),
    forget: (fingerprint) => void forget.run({ fingerprint }),
  }
}
