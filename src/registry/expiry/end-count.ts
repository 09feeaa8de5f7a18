import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CertificateKind } from '../certificate.ts'
import type { End, ExpiryCount, ExpiryStore } from './ports.ts'

const DAY_MS = 86_400_000
// SQLite finds so many in two milliseconds.
const PAGE = 500

type Counts = Omit<ExpiryCount, 'kind'>

export async function countEnds(store: Pick<ExpiryStore, 'listEnds'>, now: Date): Promise<readonly ExpiryCount[]> {
  const counts = new Map<CertificateKind, Record<keyof Counts, number>>()
  for await (const ends of endsOf(store, now)) {
    for (const { kind, notAfter } of ends) {
      const known = counts.get(kind) ?? createCounts()
      known[bucketOf(notAfter.getTime() - now.getTime())]++
      counts.set(kind, known)
    }
  }
  return [...counts].map(([kind, known]) => ({ kind, ...known }))
}

/** All of them, a page a turn of the event loop: nobody waits for a large fleet. */
export async function* endsOf(store: Pick<ExpiryStore, 'listEnds'>, now: Date): AsyncGenerator<readonly End[]> {
  for (let after: End | undefined; ; ) {
    const page = store.listEnds(now, PAGE, after)
    yield page
    after = page.at(-1)
    if (page.length < PAGE) return
    await nextTurn()
  }
}

function createCounts(): Record<keyof Counts, number> {
  return { expired: 0, within1Day: 0, within7Days: 0, within30Days: 0, within90Days: 0, later: 0 }
}

const BUCKETS = [
  ['within1Day', 1],
  ['within7Days', 7],
  ['within30Days', 30],
  ['within90Days', 90],
] as const

function bucketOf(remaining: number): keyof Counts {
  if (remaining < 0) return 'expired'
  return BUCKETS.find(([, days]) => remaining <= days * DAY_MS)?.[0] ?? 'later'
}
