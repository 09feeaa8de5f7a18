import { useState } from 'preact/hooks'

export interface FreshRows<Row> {
  readonly rows: readonly Row[]
  /** How many wait above those that are shown. */
  readonly waiting: number
  /** Whether none wait. */
  readonly isFollowed: boolean
  add(row: Row): void
  show(): void
  follow(isFollowed: boolean): void
}

interface State<Row> extends Pick<FreshRows<Row>, 'rows' | 'isFollowed'> {
  readonly waiting: readonly Row[]
}

/**
 * Rows that come by themselves wait until the reader asks for them, or for all that come: nothing moves under his eyes. The
 * first is shown at once, at most `limit` are kept.
 */
export function useFreshRows<Row>(limit: number): FreshRows<Row> {
  const [{ rows, waiting, isFollowed }, set] = useState<State<Row>>({ rows: [], waiting: [], isFollowed: false })
  const showAll = (before: State<Row>): State<Row> => ({
    ...before,
    rows: [...before.waiting, ...before.rows].slice(0, limit),
    waiting: [],
  })
  return {
    rows,
    waiting: waiting.length,
    isFollowed,
    add: (row) =>
      set((before) => {
        const after = { ...before, waiting: [row, ...before.waiting].slice(0, limit) }
        return before.isFollowed || before.rows.length === 0 ? showAll(after) : after
      }),
    show: () => set(showAll),
    follow: (isWanted) =>
      set((before) => (isWanted ? { ...showAll(before), isFollowed: true } : { ...before, isFollowed: false })),
  }
}
