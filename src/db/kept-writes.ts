import type { Transaction } from '../registry/ports.ts'

/** The same store, each of these writes of which runs in this transaction: whatever that adds is kept with it, or not at all. */
export function keepWrites<Store extends object>(
  transaction: Transaction,
  store: Store,
  writes: readonly (keyof Store & string)[],
): Store {
  const kept = writes.map((name) => {
    // All of them are functions: that is what a store's writes are.
    const write = store[name] as (...values: readonly unknown[]) => unknown
    return [name, (...values: readonly unknown[]) => transaction(() => write(...values))]
  })
  return { ...store, ...Object.fromEntries(kept) }
}
