import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../clock.ts'
import { listNewestFirst, type NumberedStore, RUN } from '../../newest-first.ts'
import type { Page } from '../page.ts'
import type { Transaction } from '../ports.ts'
import { type AuditAct, type AuditEntry, chainEntry, describeForgotten, HUB, type HubAct } from './audit-entry.ts'
import { type AuditVerdict, createChainVerification } from './chain-verification.ts'
import type { AuditQuery, AuditStore } from './ports.ts'

/** Somebody's request, before it is known what comes of it. */
export type AuditedRequest = Omit<AuditAct, 'result'>

/** Who did what, on what, from where, and what came of it: appended, chained, never changed. */
export interface AuditTrail {
  /** The first change that is kept within `work` writes its entry in the same transaction. */
  within<Result>(request: AuditedRequest, work: () => Promise<Result>): Promise<Result>
  /** To be called at the end of `within`: what changed nothing in the registry, or was refused, is told too, once a minute. */
  conclude(result: string): void
  /** What the hub has done by itself. */
  note(act: HubAct): void
  /** The same where it changes the registry: told with the first change that is kept within `work`, in its transaction. */
  byItself<Result>(act: HubAct, work: () => Result): Result
  /** Newest first, without holding the event loop. */
  list(query: AuditQuery): Promise<Page<AuditEntry>>
  /** In order, a page at a time. */
  read(): AsyncIterable<readonly AuditEntry[]>
  /** Reads the whole chain, and looks for an entry with that hash. */
  verify(hash?: string): Promise<AuditVerdict>
  /** Forgets what is older, and tells of it: once a day, and without holding the event loop. */
  forgetBefore(time: Date): Promise<void>
}

export interface AuditTrailOptions {
  readonly store: AuditStore
  readonly transaction: Transaction
  readonly clock: Clock
}

interface Running {
  readonly request: AuditedRequest
  isWritten: boolean
}

const PAGE = 500
const REPEAT_MS = 60_000
const MAX_REPEATED = 1000
const DAY_MS = 86_400_000
const BY_ITSELF = { actor: HUB, role: undefined, surface: HUB, address: HUB, requestId: undefined } as const

export interface AuditedTransactions {
  readonly trail: AuditTrail
  /** The one that registry and stores are to use: what is changed in it is told of. */
  readonly transaction: Transaction
  /** The same for a single change: within `transaction` it needs none of its own, for what throws in it has changed nothing. */
  readonly single: Transaction
}

export function createAuditTrail({ store, transaction, clock }: AuditTrailOptions): AuditedTransactions {
  const running = new AsyncLocalStorage<Running>()
  const concluded = new Map<string, number>()
  let depth = 0
  let lastForgetting: number | undefined

  const audited: Transaction = (work) => {
    const current = depth === 0 ? running.getStore() : undefined
    // Synchronous: nothing else runs before it is counted down again.
    depth++
    try {
      const result = transaction(() => {
        const kept = work()
        if (current && !current.isWritten) chain({ ...current.request, result: 'done' })
        return kept
      })
      if (current) current.isWritten = true
      return result
    } finally {
      depth--
    }
  }

  const trail: AuditTrail = {
    within: (request, work) => running.run({ request, isWritten: false }, work),
    conclude(result) {
      const current = running.getStore()
      if (!current || current.isWritten) return
      const { requestId: _, ...act } = { ...current.request, result }
      if (!isRepeated(JSON.stringify(act))) append({ ...current.request, result })
    },
    note,
    byItself: (act, work) => running.run({ request: { ...BY_ITSELF, ...act }, isWritten: false }, work),
    async list({ limit, after, ...filter }) {
      const wanted: NumberedStore<AuditEntry> = {
        endOfRun: store.endOfRun,
        list: (from, before, most) => store.list(filter, from, before, most),
      }
      const entries = await listNewestFirst(wanted, Number(after ?? Number.MAX_SAFE_INTEGER), limit + 1)
      const last = entries[limit - 1]
      return entries.length > limit && last
        ? { items: entries.slice(0, limit), nextCursor: String(last.number) }
        : { items: entries }
    },
    async *read() {
      for (let after = 0; ; ) {
        const page = store.listAfter(after, PAGE)
        if (page.length > 0) yield page
        if (page.length < PAGE) return
        after = page.at(-1)?.number ?? after
        await nextTurn()
      }
    },
    async verify(hash) {
      const verification = createChainVerification(hash)
      for await (const page of trail.read()) for (const entry of page) verification.follow(entry)
      return verification.verdict()
    },
    async forgetBefore(time) {
      const now = clock().getTime()
      // Of a clock that was ahead too: it would be in the way until it comes true.
      if (lastForgetting !== undefined && Math.abs(now - lastForgetting) < DAY_MS) return
      lastForgetting = now
      try {
        await forget(await lastOfThoseBefore(time))
      } catch (error) {
        lastForgetting = undefined
        throw error
      }
    },
  }
  return { trail, transaction: audited, single: (work) => (depth === 0 ? audited(work) : work()) }

  function note(act: HubAct): void {
    append({ ...BY_ITSELF, ...act, result: 'done' })
  }

  async function forget(upTo: number): Promise<void> {
    if (upTo === 0) return
    note(describeForgotten(upTo))
    while (store.deleteOldest(upTo, RUN) === RUN) await nextTurn()
  }

  /** The number of the last of those, from the oldest on, that were all made before; 0: there are none. */
  async function lastOfThoseBefore(time: Date): Promise<number> {
    for (let end = 0; ; await nextTurn()) {
      const times = store.timesAfter(end, RUN)
      const later = times.findIndex(({ at }) => at >= time)
      const before = later < 0 ? times : times.slice(0, later)
      end = before.at(-1)?.number ?? end
      if (before.length < RUN) return end
    }
  }

  function append(act: AuditAct): void {
    transaction(() => chain(act))
  }

  /** In a transaction. */
  function chain(act: AuditAct): void {
    const last = store.latest()
    store.append(chainEntry(act, (last?.number ?? 0) + 1, clock(), last?.hash ?? ''))
  }

  /** Whoever repeats what changes nothing cannot fill the disk. */
  function isRepeated(key: string): boolean {
    const now = clock().getTime()
    const before = concluded.get(key)
    if (before !== undefined && now - before < REPEAT_MS) return true
    if (concluded.size >= MAX_REPEATED) concluded.clear()
    concluded.set(key, now)
    return false
  }
}
