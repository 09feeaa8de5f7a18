import type { Transaction } from '../registry/ports.ts'
import type { Database } from './database.ts'

/** All or nothing; inside another transaction it becomes a savepoint of that one. */
export function createTransaction({ sqlite }: Pick<Database, 'sqlite'>): Transaction {
  // Once: to make one costs more than to run it.
  const { immediate } = sqlite.transaction((work: () => unknown) => work())
  // IMMEDIATE: a transaction that reads before it writes cannot find its snapshot outdated when it comes to write.
  return <Result>(work: () => Result) => immediate(work) as Result
}
