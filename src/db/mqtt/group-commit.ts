import { basename } from 'node:path'
import type SQLite from 'better-sqlite3'
import type { Journal } from '../../broker/delivery/ports.ts'
import { DomainError } from '../../errors.ts'
import { databaseFailure } from '../database-failure.ts'

type Settled = (error?: Error) => void

export interface GroupCommitOptions {
  /** Before a turn's transaction. */
  readonly onBegin?: () => void
  /** In a turn's transaction, before its commit. */
  readonly onCommit?: () => void
  /** Of a turn that could not be kept. */
  readonly onRollBack?: () => void
  /** Writes as much as a message does, and leaves nothing; throws while the store can keep none. */
  readonly probe?: () => void
  /** Told of a turn that could not be kept; of an outage once. */
  readonly onFailure?: (error: Error) => void
  readonly onRecovery?: () => void
  /** How long each commit took. */
  readonly onCommitted?: (seconds: number) => void
}

const RETRY_MS = 1000

/** Collects the writes of one event-loop turn in one transaction: a commit costs as much as fifty rows. */
export class GroupCommit implements Journal, Disposable {
  readonly #sqlite: SQLite.Database
  readonly #options: GroupCommitOptions
  readonly #begin: SQLite.Statement
  readonly #commit: SQLite.Statement
  #settled: Settled[] = []
  /** What must be committed in the end, in this turn or, where it fails, in a later one. */
  #sure: (() => void)[] = []
  #failure: Error | undefined
  /** Of the store, not of a row: nothing new is begun until the probe is committed. */
  #outage: DomainError | undefined
  #isScheduled = false
  /** SQLite's own answer, which is asked only after a failure, costs a tenth of an insert. */
  #isOpen = false
  #isFailing = false
  #isProbed = false
  #retry: NodeJS.Timeout | undefined

  constructor(sqlite: SQLite.Database, options: GroupCommitOptions = {}) {
    this.#sqlite = sqlite
    this.#options = options
    this.#begin = sqlite.prepare('begin immediate')
    this.#commit = sqlite.prepare('commit')
  }

  /** From a turn that could not be kept until the next that was. */
  get isFailing(): boolean {
    return this.#isFailing
  }

  write<Result>(work: () => Result): Result {
    // It would fail the whole turn, and with it what needs no room: that something is deleted, or goes to nobody's queue.
    if (this.#outage) throw this.#outage
    return this.#run(work)
  }

  writeSurely(work: () => void): void {
    try {
      this.#run(work)
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
    clearTimeout(this.#retry)
  }

  #run<Result>(work: () => Result): Result {
    this.#schedule()
    if (this.#failure) throw this.#failure
    try {
      this.#open()
      return work()
    } catch (error) {
      this.#failure = this.#explain(error)
      throw this.#failure
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#settle())
  }

  #open(): void {
    if (this.#isOpen) return
    this.#options.onBegin?.()
    this.#begin.run()
    this.#isOpen = true
    for (const work of this.#sure) work()
  }

  #settle(): void {
    this.#isScheduled = false
    const failure = this.#failure ?? this.#tryCommit()
    this.#isOpen = false
    this.#failure = undefined
    this.#isProbed = false
    if (failure) this.#rollBack(failure)
    const settled = this.#settled
    this.#settled = []
    for (const callback of settled) callback(failure)
  }

  #tryCommit(): Error | undefined {
    if (!this.#isOpen || !this.#sqlite.open) return undefined
    try {
      this.#options.onCommit?.()
      this.#timeCommit()
    } catch (error) {
      return this.#explain(error)
    }
    this.#sure = []
    // A full disk still lets rows be deleted.
    if (this.#isProbed || !this.#outage) this.#recover()
    return undefined
  }

  #timeCommit(): void {
    const begin = performance.now()
    this.#commit.run()
    this.#options.onCommitted?.((performance.now() - begin) / 1000)
  }

  #recover(): void {
    if (this.#isFailing) this.#options.onRecovery?.()
    this.#isFailing = false
    this.#outage = undefined
  }

  #rollBack(failure: Error): void {
    // SQLITE_FULL and its like may have rolled back already.
    if (this.#sqlite.inTransaction) this.#sqlite.exec('rollback')
    this.#options.onRollBack?.()
    if (!this.#outage) this.#options.onFailure?.(failure)
    this.#isFailing = true
    if (failure instanceof DomainError) this.#outage = failure
    // Not put off by further failures: the store would be tried only when nobody writes.
    this.#retry ??= setTimeout(() => this.#repeat(), RETRY_MS).unref()
  }

  #repeat(): void {
    this.#retry = undefined
    try {
      this.#run(() => this.#options.probe?.())
      this.#isProbed = true
    } catch {
      // Its failure schedules the next attempt.
    }
  }

  #explain(error: unknown): Error {
    const explained = databaseFailure(basename(this.#sqlite.name), error)
    return explained instanceof Error ? explained : new Error(String(explained))
  }
}
