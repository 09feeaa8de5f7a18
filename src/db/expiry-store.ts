import type { CertificateKind } from '../registry/certificate.ts'
import type { ExpiryCount, ExpiryStore } from '../registry/expiry/ports.ts'
import type { Database } from './database.ts'
import { isUnreplaced } from './unreplaced.ts'

const DAY_MS = 86_400_000

interface EndingRow {
  readonly kind: CertificateKind
  readonly subject_id: string
  readonly fingerprint: string
  readonly not_after: number
}

export function createExpiryStore({ sqlite }: Pick<Database, 'sqlite'>): ExpiryStore {
  const untold = sqlite.prepare<[Record<'now' | 'by' | 'days' | 'limit', number>], EndingRow>(`
    select kind, subject_id, certificates.fingerprint, not_after
    from certificates left join expiry_notices told on told.fingerprint = certificates.fingerprint
    where revoked_at is null and pending_since is null and not_after >= @now and not_after <= @by
      and (not_before is null or 3 * (not_after - @now) <= not_after - not_before)
      and (told.days is null or told.days > @days)
      and (retires_at is null or retires_at > @now) and ${isUnreplaced('@now')}
    order by not_after limit @limit`)
  const toldAt = sqlite.prepare<[string], { readonly days: number }>(
    'select days from expiry_notices where fingerprint = ?',
  )
  const note = sqlite.prepare<[string, number]>(
    'insert or replace into expiry_notices (fingerprint, days) values (?, ?)',
  )
  const counts = sqlite.prepare<[{ readonly now: number }], ExpiryCount>(`
    select kind, sum(days < 0) as expired, sum(days >= 0 and days <= 1) as within1Day,
      sum(days > 1 and days <= 7) as within7Days, sum(days > 7 and days <= 30) as within30Days,
      sum(days > 30 and days <= 90) as within90Days, sum(days > 90) as later
    from (
      select kind, (not_after - @now) / ${DAY_MS}.0 as days from certificates
      where not_after is not null and revoked_at is null and pending_since is null
        and (retires_at is null or retires_at > @now) and ${isUnreplaced('@now')})
    group by kind order by kind`)
  return {
    listUntold: (days, now, limit) =>
      untold
        .all({ now: now.getTime(), by: now.getTime() + days * DAY_MS, days, limit })
        .map(({ kind, subject_id: subjectId, fingerprint, not_after: end }) => ({
          kind,
          subjectId,
          fingerprint,
          notAfter: new Date(end),
        })),
    toldAt: (fingerprint) => toldAt.get(fingerprint)?.days,
    noteTold: (fingerprint, days) => void note.run(fingerprint, days),
    count: (now) => counts.all({ now: now.getTime() }),
  }
}
