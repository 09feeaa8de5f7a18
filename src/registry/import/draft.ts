import type { Transaction } from '../ports.ts'
import type { RowKind } from './ports.ts'

/** Rows that nobody else sees, by their names; of those that it does not have the registry is asked. */
export interface DraftedRows<Row> {
  get(name: string): Row | undefined
  set(name: string, row: Row): void
  /** In the order in which they were first set. */
  all(): Iterable<Row>
}

/** What is to be written, thought out over many turns of the event loop before any of it is. */
export interface Draft {
  /** All or nothing of what is set in it; may be nested. */
  readonly transaction: Transaction
  createRows<Row>(): DraftedRows<Row>
  /** To be told of every row that was asked for, found or not: what was decided holds as long as none of them changes. */
  noteReading(kind: RowKind, name: string): void
  hasRead(kind: RowKind, name: string): boolean
}

export function createDraft(): Draft {
  const read = new Set<string>()
  const undo: (() => void)[] = []
  let depth = 0

  return {
    transaction,
    createRows,
    noteReading: (kind, name) => void read.add(`${kind} ${name}`),
    hasRead: (kind, name) => read.has(`${kind} ${name}`),
  }

  function transaction<Result>(work: () => Result): Result {
    const begin = undo.length
    depth++
    try {
      return work()
    } catch (error) {
      while (undo.length > begin) undo.pop()?.()
      throw error
    } finally {
      depth--
      if (depth === 0) undo.length = 0
    }
  }

  function createRows<Row>(): DraftedRows<Row> {
    const rows = new Map<string, Row>()
    return {
      get: (name) => rows.get(name),
      set(name, row) {
        const before = rows.get(name)
        undo.push(() => (before === undefined ? rows.delete(name) : rows.set(name, before)))
        rows.set(name, row)
      },
      all: () => rows.values(),
    }
  }
}
