import type { Pki } from './app-pki.ts'
import type { Publications } from './ca/authority.ts'
import { encodeRevoked, toRevocationListPem } from './ca/revocation-list.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { publication } from './config-pki.ts'
import { createAuthorityStore } from './db/authority-store.ts'
import type { Database } from './db/database.ts'
import { createRevocationListStore, FIRST_LIST_PATH } from './db/revocation-list-store.ts'
import { shortFingerprint } from './identifiers.ts'
import type { Logger } from './logger.ts'
import { AuthorityLists } from './registry/authority-lists.ts'
import { noteDistributionPoint } from './registry/distribution-points.ts'
import { RevocationLists } from './registry/revocation-lists.ts'

/** What certificates name from now on, as the settings have it at that moment. */
export function createPublications(config: Config, database: Database): Publications {
  const store = createRevocationListStore(database)
  const { findFirst } = createAuthorityStore(database)
  return {
    current: (issuer) =>
      publication(config, {
        crl: listPath(issuer, findFirst()),
        caCertificate: `/pki/authorities/${shortFingerprint(issuer)}/ca.cer`,
      }),
    note: ({ distributionPoint }, notAfter) => noteDistributionPoint(store, distributionPoint, notAfter),
  }
}

/** Fingerprint of the CA that the hub had first: what is called by it keeps its name through every rotation. */
export function findFirstAuthority(database: Database, { authorities }: Pick<Pki, 'authorities'>): string {
  return createAuthorityStore(database).findFirst() ?? authorities.current.fingerprint
}

/** The first CA of a hub has the common path for good: certificates that name it outlive the CA's time. */
function listPath(issuer: string, first: string | undefined): string {
  return first === undefined || first === issuer
    ? FIRST_LIST_PATH
    : `/pki/authorities/${shortFingerprint(issuer)}/dp.crl`
}

export interface RevocationListParts {
  readonly database: Database
  readonly pki: Pick<Pki, 'authorities'>
  readonly clock: Clock
  readonly logger: Logger
}

/** The CRLs of this hub; one that is being made is waited for when the stack is disposed of. */
export function openRevocationLists(
  { database, pki, clock, logger }: RevocationListParts,
  stack: AsyncDisposableStack,
): AuthorityLists {
  const { findFirst, findRetired } = createAuthorityStore(database)
  return stack.use(
    new AuthorityLists({
      live() {
        const { current, retiring } = pki.authorities
        return [current.fingerprint, ...(retiring ? [retiring.fingerprint] : [])]
      },
      first: () => findFirstAuthority(database, pki),
      open(issuer) {
        const { current, retiring } = pki.authorities
        const authority = [current, retiring].find((one) => one?.fingerprint === issuer)
        if (!authority) throw new Error(`The key of the CA ${issuer} is not here`)
        const scope = { issuer, path: listPath(issuer, findFirst()) }
        const signer = {
          requireUnlocked: authority.requireUnlocked.bind(authority),
          encodeRevoked,
          signRevocationList: authority.signRevocationList.bind(authority),
          toPem: toRevocationListPem,
        }
        return new RevocationLists({
          store: createRevocationListStore(database, scope),
          signer,
          clock,
          onPublished: ({ number, nextUpdate }) =>
            logger.info({ component: 'ca', fingerprint: issuer, number, nextUpdate }, 'CRL published'),
        })
      },
      async findLast(id) {
        const issuer = findRetired(id)
        if (issuer === undefined) return undefined
        const lists = createRevocationListStore(database, { issuer, path: listPath(issuer, findFirst()) }).published()
        return lists && { ...lists, completePem: await toRevocationListPem(lists.complete) }
      },
    }),
  )
}
