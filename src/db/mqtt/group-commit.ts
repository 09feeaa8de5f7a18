import type SQLite from 'better-sqlite3'
import type { Journal } from '../../broker/delivery/ports.ts'

type Settled = (error?: Error) => void

const RETRY_MS = 1000

/** Collects the writes of one event-loop turn in one transaction: a commit costs as much as fifty rows. */
export class GroupCommit implements Journal, Disposable {
  readonly #sqlite: SQLite.Database
  readonly #onFailure: (error: Error) => void
  readonly #begin: SQLite.Statement
  readonly #commit: SQLite.Statement
  #settled: Settled[] = []
  /** What must be committed in the end, in this turn or, where it fails, in a later one. */
  #sure: (() => void)[] = []
  #failure: Error | undefined
  #isScheduled = false
  /** SQLite's own answer, which is asked only after a failure, costs a tenth of an insert. */
  #isOpen = false
  #isFailing = false
  #retry: NodeJS.Timeout | undefined

  constructor(sqlite: SQLite.Database, onFailure: (error: Error) => void = () => undefined) {
    this.#sqlite = sqlite
    this.#onFailure = onFailure
    this.#begin = sqlite.prepare('begin immediate')
    this.#commit = sqlite.prepare('commit')
  }

  /** Whether the last turn could not be kept. */
  get isFailing(): boolean {
    return this.#isFailing
  }

  write<Result>(work: () => Result): Result {
    this.#schedule()
    if (this.#failure) throw this.#failure
    try {
      this.#open()
      return work()
    } catch (error) {
      this.#failure = asError(error)
      throw this.#failure
    }
  }

  writeSurely(work: () => void): void {
    try {
      this.write(work)
    } catch {
      // The turn has failed and says so to all who wait for it; this work is repeated.
    }
    this.#sure.push(work)
  }

  settled(callback: Settled): void {
    this.#settled.push(callback)
    this.#schedule()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#retry)
    this.#settle()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#settle())
  }

  #open(): void {
    if (this.#isOpen) return
    this.#begin.run()
    this.#isOpen = true
    for (const work of this.#sure) work()
  }

  #settle(): void {
    this.#isScheduled = false
    const failure = this.#failure ?? this.#tryCommit()
    this.#isOpen = false
    this.#failure = undefined
    if (failure) this.#rollBack(failure)
    const settled = this.#settled
    this.#settled = []
    for (const callback of settled) callback(failure)
  }

  #tryCommit(): Error | undefined {
    if (!this.#isOpen || !this.#sqlite.open) return undefined
    try {
      this.#commit.run()
      this.#sure = []
      this.#isFailing = false
      return undefined
    } catch (error) {
      return asError(error)
    }
  }

  #rollBack(failure: Error): void {
    // SQLITE_FULL and its like may have rolled back already.
    if (this.#sqlite.inTransaction) this.#sqlite.exec('rollback')
    this.#isFailing = true
    this.#onFailure(failure)
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#repeat(), RETRY_MS).unref()
  }

  #repeat(): void {
    try {
      this.write(() => undefined)
    } catch {
      // Its failure schedules the next attempt.
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
