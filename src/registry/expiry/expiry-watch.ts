import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../clock.ts'
import type { EventFeed } from '../../events.ts'
import type { Transaction } from '../ports.ts'
import { countEnds } from './end-count.ts'
import type { EndTimes } from './ends.ts'
import type { EndingCertificate, ExpiringCertificate, ExpiryCount, ExpiryStore } from './ports.ts'
import { countWeeks, type WeekCounts } from './week-count.ts'

/** Certificates that end within so many days. */
export interface ExpiryWarning {
  readonly days: number
  readonly count: number
  readonly soonest: ExpiringCertificate
}

/** Tells of certificates before they end: 30, 7 and 1 days before, once each, however often the hub is started. */
export interface ExpiryWatch {
  /** To be called often: it looks once an hour. */
  check(): Promise<void>
  /** By kind; those that are revoked or replaced are left out. */
  count(): Promise<readonly ExpiryCount[]>
  /** Of all kinds together. */
  countWeeks(): Promise<WeekCounts>
  /** Of the CA, soonest first. */
  authorities(): readonly ExpiringCertificate[]
}

export interface ExpiryWatchOptions {
  readonly store: ExpiryStore
  readonly ends: () => Promise<EndTimes>
  readonly transaction: Transaction
  /** The CA, and what the hub's listeners show: neither is among the certificates that were issued. */
  readonly own: () => readonly ExpiringCertificate[]
  readonly onExpiring: (warning: ExpiryWarning) => void
  readonly events: EventFeed
  readonly clock: Clock
}

// The nearest first: who is told a day before is not told of the week as well.
const THRESHOLDS = [1, 7, 30]
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
// A fleet that was enrolled in a day ends in one.
const PAGE = 100

export function createExpiryWatch(options: ExpiryWatchOptions): ExpiryWatch {
  const { store, ends, transaction, own, onExpiring, events, clock } = options
  let nextCheck = 0
  return {
    async check() {
      const now = clock()
      if (now.getTime() < nextCheck) return
      nextCheck = now.getTime() + HOUR_MS
      for (const days of THRESHOLDS) await tellOf(days, now)
    },
    count: async () => countEnds(await ends(), clock()),
    countWeeks: async () => countWeeks(await ends(), clock()),
    authorities: () =>
      own()
        .filter(({ kind }) => kind === 'ca')
        .toSorted(bySoonest),
  }

  async function tellOf(days: number, now: Date): Promise<void> {
    const told = [...tell(listOwn(days, now), days)]
    const by = new Date(now.getTime() + days * DAY_MS)
    for (let after: EndingCertificate | undefined; ; ) {
      const page = store.listEnding(by, now, PAGE, after)
      const untold = page.filter(({ toldAt }) => toldAt === undefined || toldAt > days)
      told.push(...tell(untold, days))
      after = page.at(-1)
      if (page.length < PAGE) break
      await nextTurn()
    }
    const [soonest] = told.toSorted(bySoonest)
    if (soonest) onExpiring({ days, count: told.length, soonest })
  }

  /** Noted first: who hears of it twice learns to overhear it. */
  function tell(ending: readonly ExpiringCertificate[], days: number): readonly ExpiringCertificate[] {
    if (ending.length === 0) return []
    transaction(() => {
      for (const { fingerprint } of ending) store.noteTold(fingerprint, days)
    })
    for (const { kind, subjectId: id, fingerprint, notAfter } of ending) {
      events.publish('certificate.expiring', { kind, id, fingerprint, notAfter: notAfter.toISOString(), days })
    }
    return ending
  }

  function listOwn(days: number, now: Date): readonly ExpiringCertificate[] {
    const isDue = ({ fingerprint, notAfter }: ExpiringCertificate): boolean => {
      const remaining = notAfter.getTime() - now.getTime()
      return remaining >= 0 && remaining <= days * DAY_MS && (store.toldAt(fingerprint) ?? Infinity) > days
    }
    return own().filter(isDue).toSorted(bySoonest)
  }
}

function bySoonest(one: ExpiringCertificate, other: ExpiringCertificate): number {
  return one.notAfter.getTime() - other.notAfter.getTime()
}
