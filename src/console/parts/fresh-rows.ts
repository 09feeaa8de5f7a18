import { useState } from 'preact/hooks'

export interface FreshRows<Row> {
  readonly rows: readonly Row[]
  /** How many wait above those that are shown. */
  readonly waiting: number
  add(row: Row): void
  show(): void
}

/**
 * Rows that come by themselves wait until the reader asks for them: nothing moves under his eyes. The first is shown at
 * once, at most `limit` are kept.
 */
export function useFreshRows<Row>(limit: number): FreshRows<Row> {
  const [{ rows, waiting }, set] = useState<{ readonly rows: readonly Row[]; readonly waiting: readonly Row[] }>({
    rows: [],
    waiting: [],
  })
  return {
    rows,
    waiting: waiting.length,
    add: (row) =>
      set((before) =>
        before.rows.length === 0
          ? { rows: [row], waiting: [] }
          : { ...before, waiting: [row, ...before.waiting].slice(0, limit) },
      ),
    show: () => set((before) => ({ rows: [...before.waiting, ...before.rows].slice(0, limit), waiting: [] })),
  }
}
