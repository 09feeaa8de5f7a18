import type { Transaction } from '../registry/ports.ts'
import type { Database } from './database.ts'

/** All or nothing; inside another transaction it becomes a savepoint of that one. */
export function createTransaction({ sqlite }: Pick<Database, 'sqlite'>): Transaction {
  // IMMEDIATE: a transaction that reads before it writes cannot find its snapshot outdated when it comes to write.
  return (work) => sqlite.transaction(work).immediate()
}
