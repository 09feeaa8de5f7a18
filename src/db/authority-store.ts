import { X509Certificate } from 'node:crypto'
import { shortFingerprint } from '../identifiers.ts'
import type { AuthorityFacts, AuthorityStore } from '../registry/authority-rotation.ts'
import type { Certificate } from '../registry/certificate.ts'
import type { Page, PageRequest } from '../registry/page.ts'
import { isActiveAt } from './certificate-condition.ts'
import { readCertificate } from './certificate-row.ts'
import type { Database } from './database.ts'
import { and, asc, eq, gt, isNotNull, isNull, or, type SQL, sql } from './drizzle.ts'
import { createPage } from './page.ts'
import { createRelaxedTransaction } from './relaxed-transaction.ts'
import { certificates } from './schema.ts'
import { authorities, revocationLists } from './schema-authorities.ts'
import { createTransaction } from './transaction.ts'

export interface AuthorityFinder {
  /** The CA that the hub had first; none: it never had another than the present one. */
  findFirst(): string | undefined
  /** A retired one, by the short form of its fingerprint. */
  findRetired(id: string): string | undefined
}

// A turn of the event loop writes so many in three milliseconds.
const PART = 250

const END_OF_PART = 'select rowid from certificates where rowid > ? order by rowid limit 1 offset ?'
const NOTE_PART = 'update certificates set issuer = ? where issuer is null and rowid > ? and rowid <= ?'

export function createAuthorityStore(database: Database): AuthorityStore & AuthorityFinder {
  const { orm, sqlite } = database
  const transaction = createTransaction(database)
  const relaxed = createRelaxedTransaction(database)
  const first = orm.select({ fingerprint: authorities.fingerprint }).from(authorities).orderBy(sql`rowid`).prepare()
  const listOf = () => orm.select().from(authorities).orderBy(sql`rowid`).all()

  return {
    findFirst: () => first.get()?.fingerprint,
    findRetiringSince: (fingerprint) =>
      orm.select().from(authorities).where(eq(authorities.fingerprint, fingerprint)).get()?.createdAt,
    listRetired: () =>
      listOf().flatMap(({ certificate, retiredAt }) => (retiredAt ? { ...factsOf(certificate), retiredAt } : [])),
    noteIssued: (fingerprint, after = 0) =>
      // The transaction in which it goes waits for all of them.
      relaxed(() => {
        const last = sqlite
          .prepare<[number, number], number>(END_OF_PART)
          .pluck()
          .get(after, PART - 1)
        sqlite.prepare(NOTE_PART).run(fingerprint, after, last ?? Number.MAX_SAFE_INTEGER)
        return last
      }),
    noteRetiring: ({ fingerprint, certificatePem }, createdAt) =>
      transaction(() => {
        const certificate = String(new X509Certificate(certificatePem))
        const noted = orm.insert(authorities).values({ fingerprint, certificate, createdAt })
        noted.onConflictDoUpdate({ target: authorities.fingerprint, set: { createdAt } }).run()
        orm.update(certificates).set({ issuer: fingerprint }).where(isNull(certificates.issuer)).run()
        orm.update(revocationLists).set({ issuer: fingerprint }).where(eq(revocationLists.issuer, '')).run()
      }),
    noteRetired: (fingerprint, retiredAt) =>
      void orm.update(authorities).set({ retiredAt }).where(eq(authorities.fingerprint, fingerprint)).run(),
    findRetired: (id) =>
      listOf().find(({ fingerprint, retiredAt }) => retiredAt && shortFingerprint(fingerprint) === id)?.fingerprint,
    ...createIssued(database),
  }
}

function factsOf(certificatePem: string): AuthorityFacts {
  const { fingerprint256: fingerprint, subject, validFrom, validTo } = new X509Certificate(certificatePem)
  const [notBefore, notAfter] = [new Date(validFrom), new Date(validTo)]
  return { fingerprint, subject: subject.replaceAll('\n', ', '), notBefore, notAfter, certificatePem }
}

type Issued = Pick<AuthorityStore, 'countDependents' | 'listDependents' | 'countMoved' | 'listUnended' | 'findLastEnd'>

/** What there is of the certificates of one CA. One that nobody has seen yet is counted among those of the old. */
function createIssued({ orm }: Database): Issued {
  const isOf = (issuer: string) => or(eq(certificates.issuer, issuer), isNull(certificates.issuer))
  const subjects = sql<number>`count(distinct ${certificates.subjectId})`
  return {
    countDependents(issuer, now) {
      const rows = orm
        .select({ kind: certificates.kind, count: subjects })
        .from(certificates)
        .where(and(isOf(issuer), isActiveAt(now)))
        .groupBy(certificates.kind)
        .all()
      return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
    },
    listDependents: ({ issuer, now, ...page }) => listPage(page, and(isOf(issuer), isActiveAt(now))),
    countMoved(issuer, now) {
      const isMoved = and(eq(certificates.issuer, issuer), eq(certificates.kind, 'device'), isActiveAt(now))
      const count = (condition: typeof isMoved): number =>
        orm.select({ count: subjects }).from(certificates).where(condition).get()?.count ?? 0
      return { issued: count(isMoved), connected: count(and(isMoved, isNotNull(certificates.firstSeenAt))) }
    },
    listUnended: ({ issuer, now, ...page }) =>
      listPage(page, and(isOf(issuer), isNull(certificates.revokedAt), isUnexpired(now))),
    findLastEnd(issuer) {
      const end = sql<number | null>`max(${certificates.notAfter})`
      const last = orm.select({ end }).from(certificates).where(isOf(issuer)).get()?.end
      return typeof last === 'number' ? new Date(last) : undefined
    },
  }

  function listPage({ limit, after = '' }: PageRequest, condition: SQL | undefined): Page<Certificate> {
    const rows = orm
      .select()
      .from(certificates)
      .where(and(gt(certificates.fingerprint, after), condition))
      .orderBy(asc(certificates.fingerprint))
      .limit(limit + 1)
      .all()
    return createPage(rows.map(readCertificate), limit, ({ fingerprint }) => fingerprint)
  }
}

function isUnexpired(now: Date) {
  return or(isNull(certificates.notAfter), sql`${certificates.notAfter} >= ${now.getTime()}`)
}
