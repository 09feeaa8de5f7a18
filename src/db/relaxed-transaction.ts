import type { Transaction } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { createTransaction } from './transaction.ts'

/** All or nothing, without the wait for the disk: it survives the process, and the loss of power only once others have waited. */
export function createRelaxedTransaction(database: Pick<Database, 'sqlite'>): Transaction {
  const transaction = createTransaction(database)
  return (work) => relax(database, () => transaction(work))
}

/** Runs `work`, whose transactions do not wait for the disk; inside one that has begun before, it changes nothing. */
export function relax<Result>({ sqlite }: Pick<Database, 'sqlite'>, work: () => Result): Result {
  // SQLite ignores both inside a transaction: the work is then as durable as what surrounds it. Not by pragma(), which
  // makes a statement object for each and costs more than the transaction.
  sqlite.exec('pragma synchronous = NORMAL')
  try {
    return work()
  } finally {
    sqlite.exec('pragma synchronous = FULL')
  }
}
