import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../clock.ts'
import type { CertificateKind } from '../certificate.ts'
import type { End, ExpiryStore } from './ports.ts'

/** When each subject's last certificate ends, in milliseconds since the epoch, the soonest first. */
export type EndTimes = ReadonlyMap<CertificateKind, Float64Array>

export interface EndsOptions {
  readonly store: Pick<ExpiryStore, 'listEnds'>
  /** Grows with each change of a certificate. */
  readonly changes: () => number
  readonly clock: Clock
}

interface Reading {
  readonly changes: number
  readonly at: number
  readonly times: Promise<EndTimes>
}

// A certificate that was replaced retires without a change of its row.
const HOLD_MS = 60_000
// SQLite finds so many in a millisecond.
const PAGE = 250

/** Reads the ends of all certificates, and again only once one of them has changed, or a minute has passed. */
export function createEnds({ store, changes, clock }: EndsOptions): () => Promise<EndTimes> {
  let last: Reading | undefined
  return async () => {
    const now = clock()
    if (!last || !isFresh(last, now)) last = { changes: changes(), at: now.getTime(), times: read(now) }
    const reading = last
    try {
      return await reading.times
    } catch (error) {
      if (last === reading) last = undefined
      throw error
    }
  }

  function isFresh(reading: Reading, now: Date): boolean {
    const age = now.getTime() - reading.at
    return reading.changes === changes() && age >= 0 && age < HOLD_MS
  }

  /** A page a turn of the event loop: nobody waits for a large fleet. */
  async function read(now: Date): Promise<EndTimes> {
    const times = new Map<CertificateKind, number[]>()
    for (let after: End | undefined; ; ) {
      const page = store.listEnds(now, PAGE, after)
      for (const { kind, notAfter } of page) {
        const known = times.get(kind)
        if (known) known.push(notAfter.getTime())
        else times.set(kind, [notAfter.getTime()])
      }
      after = page.at(-1)
      if (page.length < PAGE) return new Map([...times].map(([kind, ends]) => [kind, Float64Array.from(ends).sort()]))
      await nextTurn()
    }
  }
}

/** How many of them end before that time. */
export function countBefore(ends: Float64Array, time: number): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ends[middle] ?? time) < time) low = middle + 1
    else high = middle
  }
  return low
}
