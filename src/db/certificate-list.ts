import type { SQL } from 'drizzle-orm'
import type { CertificateKind, CertificateState } from '../registry/certificate.ts'
import type { CertificateQuery } from '../registry/certificate-listing.ts'
import type { ForeignCertificates } from '../registry/ports.ts'
import { readCertificate } from './certificate-row.ts'
import type { Database } from './database.ts'
import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, lte, notInArray, or, sql } from './drizzle.ts'
import { readKeyThumbprint } from './key-thumbprints.ts'
import { createPage } from './page.ts'
import { certificates } from './schema.ts'
import { isUnreplaced } from './unreplaced.ts'

export function createForeignCertificates({ orm }: Database): ForeignCertificates {
  const pending = orm
    .select({ count: sql<number>`count(*)` })
    .from(certificates)
    .where(sql`${certificates.pendingSince} is not null and ${certificates.revokedAt} is null`)
    .prepare()
  const end = orm
    .select({ fingerprint: certificates.fingerprint })
    .from(certificates)
    .where(gt(certificates.fingerprint, sql.placeholder('after')))
    .orderBy(asc(certificates.fingerprint))
    .limit(1)
    .offset(sql.placeholder('offset'))
    .prepare()
  const forget = orm
    .delete(certificates)
    .where(and(eq(certificates.fingerprint, sql.placeholder('fingerprint')), isNull(certificates.revokedAt)))
    .prepare()
  const is = (fingerprint: string): SQL => eq(certificates.fingerprint, fingerprint)

  return {
    list(query) {
      // First by an index alone: a row is a thousand octets long, and a state that is rare makes them all be looked at.
      const page = orm
        .select({ fingerprint: certificates.fingerprint })
        .from(certificates)
        .where(conditionOf(query))
        .orderBy(asc(certificates.fingerprint))
        .limit(query.limit + 1)
      const rows = orm
        .select()
        .from(certificates)
        .where(inArray(certificates.fingerprint, page))
        .orderBy(asc(certificates.fingerprint))
        .all()
      return createPage(rows.map(readCertificate), query.limit, ({ fingerprint }) => fingerprint)
    },
    endOfRun: (after = '', size) => end.get({ after, offset: size - 1 })?.fingerprint,
    countPending: () => pending.get()?.count ?? 0,
    approve: (fingerprint) => void orm.update(certificates).set({ pendingSince: null }).where(is(fingerprint)).run(),
    complete(fingerprint, contents) {
      const keyThumbprint = contents.pem === undefined ? {} : { keyThumbprint: readKeyThumbprint(contents.pem) }
      orm
        .update(certificates)
        .set({ ...contents, ...keyThumbprint })
        .where(is(fingerprint))
        .run()
    },
    forget: (fingerprint) => void forget.run({ fingerprint }),
  }
}

function conditionOf(query: CertificateQuery): SQL | undefined {
  const {
    after = '',
    upTo,
    state,
    kind,
    subjectId,
    fingerprint,
    serialNumber,
    expiresBefore,
    expiresAfter,
    now,
  } = query
  return and(
    gt(certificates.fingerprint, after),
    upTo === undefined ? undefined : lte(certificates.fingerprint, upTo),
    state && CONDITIONS[state](now),
    subjectId === undefined ? isOfKind(kind) : isOfSubject(subjectId, kind),
    fingerprint === undefined ? undefined : eq(certificates.fingerprint, fingerprint),
    serialNumber === undefined ? undefined : eq(certificates.serialNumber, serialNumber),
    expiresBefore && lt(notAfter, expiresBefore),
    expiresAfter && gt(notAfter, expiresAfter),
    query.isLatest ? sql.raw(isUnreplaced(String(now.getTime()))) : undefined,
  )
}

const KINDS = { device: true, service: true, administrator: true, server: true } as const satisfies Record<
  CertificateKind,
  true
>

// The index of subjects begins with the kind.
function isOfSubject(subjectId: string, kind: CertificateKind | undefined): SQL | undefined {
  const kinds = kind === undefined ? (Object.keys(KINDS) as CertificateKind[]) : [kind]
  return and(inArray(certificates.kind, kinds), eq(certificates.subjectId, subjectId))
}

// The plus keeps SQLite from that index, which would give it every row of a kind in another order.
function isOfKind(kind: CertificateKind | undefined): SQL | undefined {
  return kind && sql`+${certificates.kind} = ${kind}`
}

const { revokedAt, revocationReason, pendingSince, retiresAt, notBefore, notAfter } = certificates

/** Each state as `stateOf` of the registry knows it: the first that applies. */
const CONDITIONS = {
  revoked: () => and(isNotNull(revokedAt), notInArray(revocationReason, ['superseded', 'certificateHold'])),
  held: () => eq(revocationReason, 'certificateHold'),
  pending: () => and(isNull(revokedAt), isNotNull(pendingSince)),
  superseded: (now) =>
    or(
      eq(revocationReason, 'superseded'),
      and(isNull(revokedAt), isNull(pendingSince), isNotNull(retiresAt), lte(retiresAt, now)),
    ),
  not_yet_valid: (now) => and(isCurrent(now), gt(notBefore, now)),
  expired: (now) => and(isCurrent(now), lt(notAfter, now), isBegun(now)),
  active: (now) => and(isCurrent(now), isBegun(now), or(isNull(notAfter), sql`${notAfter} >= ${now.getTime()}`)),
} as const satisfies Record<CertificateState, (now: Date) => SQL | undefined>

/** Whether a certificate may be used at that time. */
export function isActiveAt(now: Date): SQL | undefined {
  return CONDITIONS.active(now)
}

function isCurrent(now: Date): SQL | undefined {
  return and(isNull(revokedAt), isNull(pendingSince), or(isNull(retiresAt), gt(retiresAt, now)))
}

function isBegun(now: Date): SQL | undefined {
  return or(isNull(notBefore), lte(notBefore, now))
}
