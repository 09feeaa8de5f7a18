import type SQLite from 'better-sqlite3'
import type { StoreRoom } from '../../broker/delivery/ports.ts'

// What is taken out must still be written down, and what goes on without new messages: acknowledgements, subscriptions.
const RESERVE = 1 / 16
// So much must be free again before anything new is stored, or it would be full and not full with every message.
const HYSTERESIS = 1 / 64
// More than one transaction is likely to add: far from the limit nothing is measured, which would cost as much as a row.
const BYTES_A_COMMIT = 4 * 1024 * 1024
// https://sqlite.org/limits.html: a database of no limit
const LARGEST_PAGE_COUNT = 4_294_967_294

/** How much of the database is in use, against how much may be; what was deleted is free again. */
export class DatabaseRoom implements StoreRoom {
  /** What SQLite itself is told to refuse more than: the limit and its reserve. */
  readonly mostPages: number
  readonly #maxBytes: number
  readonly #pageSize: number
  readonly #pages: SQLite.Statement<[], number>
  readonly #freePages: SQLite.Statement<[], number>
  #isFull = false
  #commitsUntilNext = 0

  constructor(sqlite: SQLite.Database, maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#pageSize = Number(sqlite.pragma('page_size', { simple: true }))
    this.#pages = sqlite.prepare<[], number>('pragma page_count').pluck()
    this.#freePages = sqlite.prepare<[], number>('pragma freelist_count').pluck()
    this.mostPages = Math.min(LARGEST_PAGE_COUNT, Math.ceil((maxBytes * (1 + RESERVE)) / this.#pageSize))
    sqlite.pragma(`max_page_count = ${this.mostPages}`)
    this.measure()
  }

  get isFull(): boolean {
    return this.#isFull
  }

  /** To be called in each transaction, before its commit. */
  measure(): void {
    this.#commitsUntilNext--
    if (this.#commitsUntilNext > 0) return
    const bytes = (Number(this.#pages.get()) - Number(this.#freePages.get())) * this.#pageSize
    this.#isFull = bytes >= (this.#isFull ? this.#maxBytes * (1 - HYSTERESIS) : this.#maxBytes)
    this.#commitsUntilNext = (this.#maxBytes - bytes) / BYTES_A_COMMIT
  }
}
