import type SQLite from 'better-sqlite3'
import type { Message } from '../../broker/delivery/message.ts'

// A statement of sixteen rows takes three fifths of the time of sixteen statements; more rows gain little.
const ROWS = 16
const ROW = '(?, ?, ?, ?, ?, 0, ?)'
const COLUMNS = 6

type Value = number | string | Buffer

/** Rows on their way into the queue, several to a statement: in a busy turn most of its time goes into them. */
export class AppendBatch {
  readonly #sqlite: SQLite.Database
  /** By how many rows they insert; prepared when first needed. */
  readonly #inserts: SQLite.Statement[] = []
  #values: Value[] = []

  constructor(sqlite: SQLite.Database) {
    this.#sqlite = sqlite
  }

  /** Within the turn's transaction; throws when the rows before it cannot be written. */
  add(position: number, { topic, payload, qos, retain }: Message, queuedAt: number): void {
    this.#values.push(position, topic, payload, qos, Number(retain), queuedAt)
    if (this.#values.length === ROWS * COLUMNS) this.flush()
  }

  get isEmpty(): boolean {
    return this.#values.length === 0
  }

  /** Whether the row at this position is not written yet. */
  holds(position: number): boolean {
    for (let index = 0; index < this.#values.length; index += COLUMNS) if (this.#values[index] === position) return true
    return false
  }

  /** To be called before the turn's commit, and before anything is read. */
  flush(): void {
    const values = this.#values
    if (values.length === 0) return
    this.#values = []
    this.#insertOf(values.length / COLUMNS).run(values)
  }

  /** The turn has failed: its rows are not to be written. */
  discard(): void {
    this.#values = []
  }

  #insertOf(rows: number): SQLite.Statement {
    const known = this.#inserts[rows]
    if (known) return known
    const insert = this.#sqlite.prepare(
      `insert into queue (position, topic, payload, qos, retain, released, queued_at) values ${new Array(rows).fill(ROW).join()}`,
    )
    this.#inserts[rows] = insert
    return insert
  }
}
