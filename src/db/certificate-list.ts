import type { SQL } from 'drizzle-orm'
import type { CertificateKind, RevocationReason } from '../registry/certificate.ts'
import type { CertificateListStore, CertificateQuery, CertificateRow } from '../registry/certificate-listing.ts'
import { isInState } from './certificate-condition.ts'
import type { Database } from './database.ts'
import { and, asc, eq, gt, inArray, lt, lte, sql } from './drizzle.ts'
import { createPage } from './page.ts'
import { type Bound, prepareByShape, prepareRows } from './rows.ts'
import { certificates } from './schema.ts'
import { isUnreplacedAt } from './unreplaced.ts'

const { fingerprint } = certificates

export function createCertificateList({ orm, sqlite }: Database): CertificateListStore {
  const rowsOf = prepareByShape(shapeOf, (query) => {
    // First by an index alone: a row is a thousand octets long, and a state that is rare makes them all be looked at.
    const page = sql`
      select ${fingerprint} from ${certificates} ${byIndex(query)}
      where ${conditionOf(query)} order by ${fingerprint} limit ${bound('limit')}`
    const rows = orm
      .select(COLUMNS)
      .from(certificates)
      .where(sql`${fingerprint} in (${page})`)
      .orderBy(asc(fingerprint))
    return prepareRows<Row, Name>(sqlite, rows)
  })
  const endOfRun = sqlite.prepare<[string, number], { readonly fingerprint: string }>(
    'select fingerprint from certificates where fingerprint > ? order by fingerprint limit 1 offset ?',
  )
  return {
    list(query) {
      const rows = rowsOf(query)(valuesOf(query))
      const page = createPage(rows, query.limit, keyOf)
      return { ...page, items: page.items.map(readRow) }
    },
    endOfRun: (after = '', size) => endOfRun.get(after, size - 1)?.fingerprint,
  }
}

const COLUMNS = {
  id: certificates.id,
  kind: certificates.kind,
  subjectId: certificates.subjectId,
  fingerprint,
  serialNumber: certificates.serialNumber,
  subject: certificates.subject,
  notBefore: certificates.notBefore,
  notAfter: certificates.notAfter,
  pendingSince: certificates.pendingSince,
  createdAt: certificates.createdAt,
  firstSeenAt: certificates.firstSeenAt,
  retiresAt: certificates.retiresAt,
  revokedAt: certificates.revokedAt,
  revocationReason: certificates.revocationReason,
  profile: certificates.profile,
}

/** In the order of `COLUMNS`. */
type Row = readonly [
  id: string,
  kind: CertificateKind,
  subjectId: string,
  fingerprint: string,
  serialNumber: string | null,
  subject: string | null,
  notBefore: number | null,
  notAfter: number | null,
  pendingSince: number | null,
  createdAt: number,
  firstSeenAt: number | null,
  retiresAt: number | null,
  revokedAt: number | null,
  revocationReason: RevocationReason | null,
  profile: string | null,
]

function keyOf([, , , fingerprint]: Row): string {
  return fingerprint
}

function readRow([id, kind, subjectId, fingerprint, serialNumber, subject, ...row]: Row): CertificateRow {
  const [notBefore, notAfter, pendingSince, createdAt, firstSeenAt, retiresAt, revokedAt, revocationReason, profile] =
    row
  return {
    id,
    kind,
    subjectId,
    fingerprint,
    serialNumber: serialNumber ?? undefined,
    ...(subject === null ? {} : { subject }),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    ...(pendingSince === null ? {} : { pendingSince: new Date(pendingSince) }),
    createdAt: new Date(createdAt),
    firstSeenAt: readTime(firstSeenAt),
    retiresAt: readTime(retiresAt),
    revokedAt: readTime(revokedAt),
    revocationReason: revocationReason ?? undefined,
    ...(profile === null ? {} : { profile }),
  }
}

function readTime(time: number | null): Date | undefined {
  return time === null ? undefined : new Date(time)
}

/** What can be left out, and is told by a value. */
const FILTERS = [
  'upTo',
  'kind',
  'subjectId',
  'fingerprint',
  'serialNumber',
  'expiresBefore',
  'expiresAfter',
] as const satisfies readonly (keyof CertificateQuery)[]

type Name = (typeof FILTERS)[number] | 'after' | 'now' | 'limit'

function bound(name: Name) {
  return sql.placeholder(name)
}

function shapeOf(query: CertificateQuery): string {
  const { state = 'any', isLatest = false } = query
  return [state, isLatest, ...FILTERS.filter((name) => query[name] !== undefined)].join(' ')
}

function valuesOf({ after = '', now, limit, ...query }: CertificateQuery): Readonly<Record<Name, Bound>> {
  return {
    after,
    upTo: query.upTo ?? null,
    kind: query.kind ?? null,
    subjectId: query.subjectId ?? null,
    fingerprint: query.fingerprint ?? null,
    serialNumber: query.serialNumber ?? null,
    expiresBefore: query.expiresBefore?.getTime() ?? null,
    expiresAfter: query.expiresAfter?.getTime() ?? null,
    now: now.getTime(),
    // The row too many says that more exist.
    limit: limit + 1,
  }
}

// SQLite would take the smallest index in that order, and read the row of each to know what this one holds.
function byIndex({ subjectId, fingerprint, serialNumber }: CertificateQuery): SQL {
  const isNarrow = [subjectId, fingerprint, serialNumber].some((name) => name !== undefined)
  return isNarrow ? sql`` : sql`indexed by certificates_listed`
}

function conditionOf(query: CertificateQuery): SQL | undefined {
  const { subjectId, notAfter, serialNumber } = certificates
  const has = (name: keyof CertificateQuery): boolean => query[name] !== undefined
  return and(
    gt(fingerprint, bound('after')),
    has('upTo') ? lte(fingerprint, bound('upTo')) : undefined,
    query.state && isInState(query.state, bound('now')),
    has('subjectId') ? and(isOfKinds(query), eq(subjectId, bound('subjectId'))) : isOfKind(query),
    has('fingerprint') ? eq(fingerprint, bound('fingerprint')) : undefined,
    has('serialNumber') ? eq(serialNumber, bound('serialNumber')) : undefined,
    has('expiresBefore') ? lt(notAfter, bound('expiresBefore')) : undefined,
    has('expiresAfter') ? gt(notAfter, bound('expiresAfter')) : undefined,
    query.isLatest ? isUnreplacedAt(bound('now')) : undefined,
  )
}

const KINDS = { device: true, service: true, administrator: true, server: true } as const satisfies Record<
  CertificateKind,
  true
>

// The index of subjects begins with the kind.
function isOfKinds({ kind }: CertificateQuery): SQL {
  return kind === undefined
    ? inArray(certificates.kind, Object.keys(KINDS) as CertificateKind[])
    : eq(certificates.kind, bound('kind'))
}

// The plus keeps SQLite from that index, which would give it every row of a kind in another order.
function isOfKind({ kind }: CertificateQuery): SQL | undefined {
  return kind && sql`+${certificates.kind} = ${bound('kind')}`
}
