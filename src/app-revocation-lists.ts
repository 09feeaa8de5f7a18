import type { Pki } from './app-pki.ts'
import type { DistributionPoints } from './ca/authority.ts'
import { encodeRevoked, toRevocationListPem } from './ca/revocation-list.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { distributionPoint } from './config-pki.ts'
import type { Database } from './db/database.ts'
import { createRevocationListStore } from './db/revocation-list-store.ts'
import { noteDistributionPoint } from './registry/distribution-points.ts'
import { RevocationLists } from './registry/revocation-lists.ts'

/** What certificates name from now on, as the settings have it at that moment. */
export function createDistributionPoints(config: Config, database: Database): DistributionPoints {
  const store = createRevocationListStore(database)
  return {
    current: () => distributionPoint(config),
    note: (url, notAfter) => noteDistributionPoint(store, url, notAfter),
  }
}

export interface RevocationListParts {
  readonly database: Database
  readonly pki: Pick<Pki, 'authority'>
  readonly clock: Clock
}

/** The CRLs of this hub; one that is being made is waited for when the stack is disposed of. */
export function openRevocationLists(
  { database, pki, clock }: RevocationListParts,
  stack: AsyncDisposableStack,
): RevocationLists {
  const signer = {
    requireUnlocked: pki.authority.requireUnlocked.bind(pki.authority),
    encodeRevoked,
    signRevocationList: pki.authority.signRevocationList.bind(pki.authority),
    toPem: toRevocationListPem,
  }
  return stack.use(new RevocationLists({ store: createRevocationListStore(database), signer, clock }))
}
