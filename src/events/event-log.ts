import type { Clock } from '../clock.ts'
import type { LoggedEvent } from '../logged-event.ts'
import { listNewestFirst, type NumberedStore, RUN } from '../newest-first.ts'
import { type EventFilter, isWanted } from './event-filter.ts'
import type { EventStore } from './ports.ts'

export interface EventLogOptions {
  readonly store: EventStore
  readonly clock: Clock
  /** Read when it is needed: it may change while we run. */
  readonly limits: { readonly count: number; readonly seconds: number }
  /** Told when events cannot be kept, and when they are again. */
  readonly onFailure: (error: unknown) => void
  readonly onRecovery: () => void
}

/** Part of the log, and the id up to which it was looked through. */
export interface EventPage {
  readonly events: readonly LoggedEvent[]
  readonly position: number
}

// A turn's share: so many rows take SQLite about a millisecond.
const BATCH = 128
const IN_MEMORY = 10_000
const MAX_UNKEPT = 100_000
const PRUNED_AT_ONCE = 1000
const AGED_EVERY_MS = 1000
const RETRY_MS = 1000

/**
 * What happened lately, by growing ids: the newest in memory, more in the store, a turn's events in one transaction. To
 * add one costs its publisher no wait for the disk, and a store that fails keeps nobody from hearing of it now.
 */
export class EventLog implements Disposable {
  readonly #options: EventLogOptions
  readonly #listeners = new Set<() => void>()
  readonly #witnesses = new Set<(event: LoggedEvent) => void>()
  /** Oldest first: all that is not kept yet, and some of what is. */
  #recent: LoggedEvent[] = []
  #newest: number
  /** Up to here they are in the store. */
  #kept: number
  /** Up to here they may be missing from it. */
  #floor: number
  #count: number
  #lost = 0
  #isFailing = false
  #isScheduled = false
  #isClosed = false
  /** When none was found any more that is too old. */
  #agedAt = Number.NEGATIVE_INFINITY
  #retry: NodeJS.Timeout | undefined

  constructor(options: EventLogOptions) {
    this.#options = options
    const extent = options.store.extent()
    this.#newest = extent?.newest ?? 0
    this.#kept = this.#newest
    this.#floor = extent ? extent.oldest - 1 : 0
    this.#count = extent?.count ?? 0
  }

  /** The id of the newest event; 0 before the first. */
  get newest(): number {
    return this.#newest
  }

  /** Past this id none is missing. */
  get floor(): number {
    return this.#floor
  }

  add(type: string, data: object): void {
    const at = this.#options.clock()
    // Whatever the clock does: an id is never given twice, and never a smaller one.
    this.#newest = Math.max(this.#newest + 1, at.getTime() * 1000)
    const event = { id: this.#newest, at, type, data: { ...data } }
    this.#recent.push(event)
    this.#schedule()
    for (const witness of this.#witnesses) witness(event)
  }

  /** Whether somebody who has seen all up to this id may have missed some that came then; 0: who has seen none. */
  isGap(id: number): boolean {
    return id !== 0 && (id < this.#floor || id > this.#newest)
  }

  /** Those past `id` that are wanted, oldest first, so many at most: a turn's share, past whose position there may be more. */
  readAfter(id: number, filter: EventFilter, limit: number): EventPage {
    const [oldest] = this.#recent
    if (id >= this.#kept || (oldest && id >= oldest.id)) return this.#readRecent(id, filter, limit)
    const { store } = this.#options
    const end = store.endOfRunAfter(id, RUN) ?? this.#kept
    const events = store.listAfter(id, end, filter, limit)
    const last = events.at(-1)
    return { events, position: last && events.length === limit ? last.id : end }
  }

  /** Those before `id` that are wanted, newest first, without holding the event loop; none: from the newest. */
  readBefore(id: number | undefined, filter: EventFilter, limit: number): Promise<readonly LoggedEvent[]> {
    while (this.#hasUnkept() && this.#flush());
    const { store } = this.#options
    const wanted: NumberedStore<LoggedEvent> = {
      endOfRun: store.endOfRun,
      list: (from, before, most) => store.list(filter, from, before, most),
    }
    return listNewestFirst(wanted, id ?? Number.MAX_SAFE_INTEGER, limit)
  }

  /** Told, at most once a turn, that there are new ones. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Told of each one as it is added. */
  onAdd(witness: (event: LoggedEvent) => void): Disposable {
    this.#witnesses.add(witness)
    return { [Symbol.dispose]: () => void this.#witnesses.delete(witness) }
  }

  /** Keeps what is not kept yet. */
  [Symbol.dispose](): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
    while (this.#hasUnkept() && this.#flush());
  }

  #readRecent(id: number, filter: EventFilter, limit: number): EventPage {
    const events: LoggedEvent[] = []
    let position = id
    for (let index = this.#indexAfter(id); index < this.#recent.length && events.length < limit; index++) {
      const event = this.#recent[index]
      if (!event) break
      position = event.id
      if (isWanted(event, filter)) events.push(event)
    }
    return { events, position }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      if (this.#isClosed) return
      if (!this.#isFailing) this.#flush()
      this.#bound()
      for (const listener of this.#listeners) listener()
      if (this.#hasUnkept() && !this.#isFailing) this.#schedule()
    })
  }

  #hasUnkept(): boolean {
    return this.#kept < this.#newest
  }

  /** Whether it could. */
  #flush(): boolean {
    const start = this.#indexAfter(this.#kept)
    const batch = this.#recent.slice(start, start + BATCH)
    try {
      this.#options.store.append(batch)
      this.#kept = batch.at(-1)?.id ?? this.#kept
      this.#count += batch.length
      this.#prune()
      this.#recover()
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  #prune(): void {
    const { store, limits, clock } = this.#options
    const tooMany = Math.min(this.#count - limits.count, PRUNED_AT_ONCE)
    if (tooMany > 0) this.#forget(store.deleteOldest(tooMany, this.#kept))
    const now = clock().getTime()
    // Not with every event: to find none costs more than to keep one. The clock may be set back.
    if (Math.abs(now - this.#agedAt) < AGED_EVERY_MS) return
    const { count, newest } = store.deleteOldest(PRUNED_AT_ONCE, (now - limits.seconds * 1000) * 1000)
    this.#forget({ count, newest })
    if (count < PRUNED_AT_ONCE) this.#agedAt = now
  }

  #forget({ count, newest }: ReturnType<EventStore['deleteOldest']>): void {
    this.#count -= count
    this.#floor = Math.max(this.#floor, newest)
  }

  #recover(): void {
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#options.onRecovery()
    if (this.#lost === 0) return
    const count = this.#lost
    this.#lost = 0
    this.add('events.lost', { count })
  }

  #fail(error: unknown): void {
    if (!this.#isFailing) this.#options.onFailure(error)
    this.#isFailing = true
    if (this.#isClosed) return
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      if (this.#flush()) this.#schedule()
    }, RETRY_MS).unref()
  }

  #bound(): void {
    const unkept = this.#recent.length - this.#indexAfter(this.#kept)
    if (unkept > MAX_UNKEPT) this.#lose(unkept - MAX_UNKEPT)
    const surplus = Math.min(this.#recent.length - IN_MEMORY, this.#indexAfter(this.#kept))
    // Not one by one: each time, the whole array moves.
    if (surplus >= IN_MEMORY) this.#recent.splice(0, surplus)
  }

  #lose(count: number): void {
    const start = this.#indexAfter(this.#kept)
    const lost = this.#recent.splice(start, count)
    this.#kept = lost.at(-1)?.id ?? this.#kept
    this.#lost += lost.length
  }

  /** Of the first one past this id. */
  #indexAfter(id: number): number {
    let [low, high] = [0, this.#recent.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#recent[middle]?.id ?? 0) > id) high = middle
      else low = middle + 1
    }
    return low
  }
}
