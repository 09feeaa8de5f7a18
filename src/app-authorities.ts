import { X509Certificate } from 'node:crypto'
import type { Pki } from './app-pki.ts'
import { trustedCertificates } from './ca/authorities.ts'
import type { CertificateAuthority } from './ca/authority.ts'
import { readForeignCertificate } from './ca/foreign-certificate.ts'
import type { Clock } from './clock.ts'
import { createAuthorityStore } from './db/authority-store.ts'
import type { Database } from './db/database.ts'
import { createForeignAuthorityStore } from './db/foreign-authority-store.ts'
import { keepWrites } from './db/kept-writes.ts'
import { createTrustAnchorStore } from './db/trust-anchor-store.ts'
import { DomainError } from './errors.ts'
import type { EventFeed } from './events.ts'
import type { AuthorityLists } from './registry/authority-lists.ts'
import {
  type AuthorityFacts,
  type AuthorityRotations,
  createAuthorityRotations,
  type RotatingAuthorities,
} from './registry/authority-rotation.ts'
import { createForeignAuthorities, type ForeignAuthorities } from './registry/foreign-authorities.ts'
import { createIssuers, type Issuers } from './registry/issuers.ts'
import type { Cutter, Transaction } from './registry/ports.ts'
import type { Revocations } from './registry/revocations.ts'

/** The CAs whose certificates are good: our own, and those of others that the database holds. */
export function openIssuers(pki: Pki, database: Database): Issuers {
  const readOwn = (): readonly string[] => trustedCertificates(pki.authorities).map((one) => one.fingerprint256)
  let own = readOwn()
  pki.authorities.onChange(() => {
    own = readOwn()
  })
  const store = createForeignAuthorityStore(database)
  pki.trustForeign(store.list().map(({ certificatePem }) => new X509Certificate(certificatePem)))
  return createIssuers({ own: () => own, leaving: () => pki.authorities.retiring?.fingerprint, foreign: store.find })
}

export interface AuthorityCallParts {
  readonly pki: Pki
  readonly database: Database
  /** Tells of what an administrator changes. */
  readonly transaction: Transaction
  readonly lists: Pick<AuthorityLists, 'last'>
  readonly revocations: Pick<Revocations, 'mark'>
  readonly cutter: Pick<Cutter, 'cutCredentials'>
  readonly defaultOwner: () => string
  readonly events: EventFeed
  readonly clock: Clock
}

export interface AuthorityCalls {
  readonly authorityRotations: AuthorityRotations
  readonly foreignAuthorities: ForeignAuthorities
}

/** What an administrator does with the CAs. */
export function createAuthorityCalls(parts: AuthorityCallParts): AuthorityCalls {
  const { pki, database, transaction, lists, revocations, cutter, defaultOwner, events, clock } = parts
  const foreign = keepWrites(transaction, createForeignAuthorityStore(database), ['save', 'delete'])
  const readForeign = () => foreign.list().map(({ certificatePem }) => new X509Certificate(certificatePem))
  return {
    authorityRotations: createAuthorityRotations({
      authorities: rotatingAuthorities(pki, database, clock),
      store: keepWrites(transaction, createAuthorityStore(database), ['noteRetiring', 'noteRetired']),
      lists,
      revocations,
      foreignSubjects: () => readForeign().map(nameOf),
      transaction,
      events,
      clock,
    }),
    foreignAuthorities: createForeignAuthorities({
      store: foreign,
      read(text) {
        const certificate = readForeignCertificate(text, clock())
        const { fingerprint256: fingerprint, subject } = certificate
        return { fingerprint, subject, certificatePem: String(certificate) }
      },
      trustedSubjects: () => [...trustedCertificates(pki.authorities), ...readForeign()].map(({ subject }) => subject),
      onChange: () => pki.trustForeign(readForeign()),
      defaultOwner,
      cutter,
      events,
      clock,
    }),
  }
}

function rotatingAuthorities(pki: Pki, database: Database, clock: Clock): RotatingAuthorities {
  const { authorities, renewal } = pki
  const anchors = createTrustAnchorStore(database)
  return {
    get current() {
      return factsOf(authorities.current)
    },
    get retiring() {
      return authorities.retiring && factsOf(authorities.retiring)
    },
    requireUnlocked: () => pki.caKeys.requireUnlocked(),
    async prepare(wish) {
      const { authority, key, keyPem } = await pki.prepareNext(wish)
      return {
        ...factsOf(authority),
        async takeOver() {
          await authorities.begin(authority, keyPem)
          pki.caKeys.begin(key)
          const isGiven = pki.anchorPem === pki.caCertificatePem
          // Once devices were given another than the hub's own, each that they are given is noted.
          if (isGiven && anchors.current() !== undefined) anchors.insert(authority.fingerprint, clock())
        },
      }
    },
    distrustRetiring: () => authorities.distrustRetiring(),
    async renewServer() {
      await renewal.check()
      if (renewal.fault === undefined) return
      throw new DomainError('file_unreachable', `The hub's own certificate could not be renewed: ${renewal.fault}`)
    },
    async finish() {
      await authorities.finish()
      await pki.caKeys.finish()
    },
  }
}

function factsOf({ certificate, fingerprint, notAfter, caCertificatePem }: CertificateAuthority): AuthorityFacts {
  const notBefore = new Date(certificate.validFrom)
  return { fingerprint, subject: nameOf(certificate), notBefore, notAfter, certificatePem: caCertificatePem }
}

function nameOf({ subject }: X509Certificate): string {
  return subject.replaceAll('\n', ', ')
}
