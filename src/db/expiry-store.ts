import type { CertificateKind } from '../registry/certificate.ts'
import type { EndingCertificate, ExpiryStore } from '../registry/expiry/ports.ts'
import type { Database } from './database.ts'
import { isUnreplaced } from './unreplaced.ts'

const IS_GOOD = `revoked_at is null and pending_since is null and (retires_at is null or retires_at > @now)`

// The last third of their life: who is made for a day is not told of on the day it is made.
const ENDING = `
  select certificates.rowid as position, kind, subject_id, certificates.fingerprint, not_after, told.days as told
  from certificates left join expiry_notices told on told.fingerprint = certificates.fingerprint
  where (not_after, subject_id, certificates.rowid) > (@after, @subjectId, @position) and not_after <= @by and ${IS_GOOD}
    and (not_before is null or 3 * (not_after - @now) <= not_after - not_before) and ${isUnreplaced('@now')}
  order by not_after, subject_id, certificates.rowid limit @limit`

// Of each subject the one that ends last: it has replaced the others, or is about to.
const ENDS = `
  select kind, subject_id, max(not_after) as not_after from certificates
  where (kind, subject_id) > (@kind, @subjectId) and not_after is not null and ${IS_GOOD}
  group by kind, subject_id order by kind, subject_id limit @limit`

interface EndRow {
  readonly kind: CertificateKind
  readonly subject_id: string
  readonly not_after: number
}

interface EndingRow extends EndRow {
  readonly position: number
  readonly fingerprint: string
  readonly told: number | null
}

type Parameters = [Readonly<Record<string, string | number>>]

export function createExpiryStore({ sqlite }: Pick<Database, 'sqlite'>): ExpiryStore {
  const ending = sqlite.prepare<Parameters, EndingRow>(ENDING)
  const ends = sqlite.prepare<Parameters, EndRow>(ENDS)
  const told = sqlite.prepare<[string], { readonly days: number }>(
    'select days from expiry_notices where fingerprint = ?',
  )
  const note = sqlite.prepare<[string, number]>(
    'insert or replace into expiry_notices (fingerprint, days) values (?, ?)',
  )
  return {
    listEnding: (by, now, limit, after) =>
      ending
        .all({
          by: by.getTime(),
          now: now.getTime(),
          limit,
          // The first one ends now.
          after: after?.notAfter.getTime() ?? now.getTime(),
          subjectId: after?.subjectId ?? '',
          position: after?.position ?? -1,
        })
        .map(readEnding),
    toldAt: (fingerprint) => told.get(fingerprint)?.days,
    noteTold: (fingerprint, days) => void note.run(fingerprint, days),
    listEnds: (now, limit, after) =>
      ends
        .all({ kind: after?.kind ?? '', subjectId: after?.subjectId ?? '', now: now.getTime(), limit })
        .map((row) => ({ kind: row.kind, subjectId: row.subject_id, notAfter: new Date(row.not_after) })),
  }
}

function readEnding({
  position,
  kind,
  subject_id: subjectId,
  fingerprint,
  told,
  ...row
}: EndingRow): EndingCertificate {
  return { position, kind, subjectId, fingerprint, notAfter: new Date(row.not_after), toldAt: told ?? undefined }
}
