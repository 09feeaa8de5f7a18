import { AsyncResource } from 'node:async_hooks'
import type { Transaction } from '../registry/ports.ts'
import type { SharedTransaction } from '../registry/shared-transaction.ts'
import type { Database } from './database.ts'
import { relax } from './relaxed-transaction.ts'
import { createTransaction } from './transaction.ts'

/** One of those who share a transaction. */
interface Share {
  /** In the transaction; throws only where that is lost for all. */
  run(): void
  /** After its commit, in the same tick. */
  commit(): void
  /** It was kept by nobody, or nobody knows whether it will last. */
  fail(error: unknown): void
  settle(): void
}

/**
 * One transaction, and one wait for the disk, for all that comes in a turn of the event loop, or while the disk is waited
 * for: a commit costs as much as many rows. Each share runs in `transaction` within it, or in that alone.
 */
export function createSharedTransaction(database: Database, transaction: Transaction): SharedTransaction {
  const { sqlite } = database
  const outer = createTransaction(database)
  let waiting: Share[] = []
  let isUnderWay = false

  return (work, onCommitted) =>
    new Promise((resolve, reject) => {
      const runWork = (): ReturnType<typeof work> => transaction(work)
      waiting.push(createShare(() => sqlite.inTransaction, runWork, onCommitted, resolve, reject))
      schedule()
    })

  function schedule(): void {
    if (isUnderWay || waiting.length === 0) return
    isUnderWay = true
    setImmediate(() => void keepWaiting())
  }

  async function keepWaiting(): Promise<void> {
    const shares = waiting
    waiting = []
    try {
      relax(database, () => runAll(shares))
      for (const share of shares) share.commit()
      await database.sync()
      for (const share of shares) share.settle()
    } catch (error) {
      for (const share of shares) share.fail(error)
    }
    isUnderWay = false
    schedule()
  }

  function runAll(shares: readonly Share[]): void {
    const run = (): void => {
      for (const share of shares) share.run()
    }
    // The transaction of one that comes alone is the whole: within another, each page that it writes would be copied.
    if (shares.length === 1) run()
    else outer(run)
  }
}

function createShare<Result, Outcome>(
  isInTransaction: () => boolean,
  work: () => Result,
  onCommitted: (result: Result) => Outcome,
  resolve: (outcome: Outcome) => void,
  reject: (error: unknown) => void,
): Share {
  // What is written down of it bears the name of its own request.
  const asker = new AsyncResource('Share')
  let kept: { readonly result: Result } | undefined
  let outcome: { readonly value: Outcome } | undefined
  return {
    run() {
      try {
        kept = { result: asker.runInAsyncScope(work) }
      } catch (error) {
        // A full disk or its like has SQLite undo the whole.
        if (!isInTransaction()) throw error
        reject(error)
      }
    },
    commit() {
      if (!kept) return
      const { result } = kept
      try {
        outcome = { value: asker.runInAsyncScope(() => onCommitted(result)) }
      } catch (error) {
        reject(error)
      }
    },
    fail: reject,
    settle() {
      if (outcome) resolve(outcome.value)
    },
  }
}
