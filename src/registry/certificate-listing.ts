import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Certificate, CertificateKind, CertificateState } from './certificate.ts'
import type { Page, PageRequest } from './page.ts'

export interface CertificateQuery extends PageRequest {
  /** By fingerprint, as `after`: those behind it are left out. */
  readonly upTo?: string
  readonly state?: CertificateState
  readonly kind?: CertificateKind
  readonly subjectId?: string
  readonly fingerprint?: string
  readonly serialNumber?: string
  readonly expiresBefore?: Date
  readonly expiresAfter?: Date
  /** Whether to leave out those whose owner has a good one that ends later. */
  readonly isLatest?: boolean
  /** By whose time the state is meant. */
  readonly now: Date
}

/** All that a list shows of a certificate. */
export type CertificateRow = Omit<Certificate, 'pem' | 'origin' | 'issuer' | 'validitySeconds' | 'idempotencyKey'>

export interface CertificateListStore {
  /** In the order of their fingerprints. */
  list(query: CertificateQuery): Page<CertificateRow>
  /** The fingerprint of the last of so many behind this one; none: there are fewer. */
  endOfRun(after: string | undefined, size: number): string | undefined
}

// SQLite looks at so many in a millisecond, and reads so many in half of one.
const RUN = 500
const ROWS = 50

/** A page of those that are wanted, a run of all of them a turn: where few are wanted, all have to be looked at. */
export async function listInRuns(
  store: CertificateListStore,
  query: Omit<CertificateQuery, 'upTo'>,
): Promise<Page<CertificateRow>> {
  const { limit } = query
  const items: CertificateRow[] = []
  for (let { after } = query; ; ) {
    const upTo = isNarrow(query) ? undefined : store.endOfRun(after, RUN)
    const page = store.list({
      ...query,
      ...(after === undefined ? {} : { after }),
      ...(upTo === undefined ? {} : { upTo }),
      limit: Math.min(ROWS, limit + 1 - items.length),
    })
    items.push(...page.items)
    after = page.nextCursor ?? upTo
    const isMore = items.length > limit || (items.length === limit && page.nextCursor !== undefined)
    if (isMore) return cut(items, limit)
    if (after === undefined) return { items }
    await nextTurn()
  }
}

/** Whether an index finds the few that can be meant. */
function isNarrow({ subjectId, fingerprint, serialNumber }: CertificateQuery): boolean {
  return subjectId !== undefined || fingerprint !== undefined || serialNumber !== undefined
}

function cut(items: readonly CertificateRow[], limit: number): Page<CertificateRow> {
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  return last ? { items: shown, nextCursor: last.fingerprint } : { items: shown }
}
