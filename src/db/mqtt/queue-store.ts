import type { Message, QoS, QueuedMessage } from '../../broker/delivery/message.ts'
import type { Journal, Queue, QueueMeasure } from '../../broker/delivery/ports.ts'
import type { Clock } from '../../clock.ts'
import type { Database } from '../database.ts'
import { AppendBatch } from './append-batch.ts'

export interface QueueRow {
  readonly position: number
  readonly topic: string
  readonly payload: Buffer | string
  readonly qos: QoS
  readonly retain: number
  readonly released: number
  readonly queued_at: number
  readonly more: string | null
}

// Exact in a JavaScript number up to 2^21 sessions of 2^32 messages each.
const RANGE = 2 ** 32
// No session's: the first has the number 1.
const PROBE_POSITION = 0
const PROBE = Buffer.alloc(256 * 1024)

export type QueueStore = ReturnType<typeof createQueueStore>

/** The queues of all stored sessions; every write belongs into a turn. */
export function createQueueStore({ sqlite }: Database, clock: Clock) {
  const insert = sqlite.prepare(
    `insert into queue (position, topic, payload, qos, retain, released, queued_at, more) values (?, ?, ?, ?, ?, 0, ?, ?)`,
  )
  const selectPage = sqlite.prepare<[number, number, number], QueueRow>(
    'select * from queue where position > ? and position < ? order by position limit ?',
  )
  const measure = sqlite.prepare<[number, number], { last: number | null; messages: number; bytes: number | null }>(
    `select max(position) as last, count(*) as messages, sum(length(topic) + length(payload)) as bytes
     from queue where position > ? and position < ?`,
  )
  const selectLast = sqlite
    .prepare<[number, number], number | null>('select max(position) from queue where position > ? and position < ?')
    .pluck()
  const release = sqlite.prepare(`update queue set released = 1, topic = '', payload = x'' where position = ?`)
  const update = sqlite.prepare('update queue set released = ?, more = ? where position = ?')
  const remove = sqlite.prepare('delete from queue where position = ?')
  const removeAll = sqlite.prepare('delete from queue where position > ? and position < ?')
  const batch = new AppendBatch(sqlite)
  const rangeOf = (sid: number): readonly [number, number] => [sid * RANGE, (sid + 1) * RANGE]

  return {
    open: (sid: number, journal: Journal): Queue => ({
      measure() {
        catchUp(journal)
        return measureOf(sid)
      },
      append: (n, message) => journal.write(() => batch.add(sid * RANGE + n, message, clock().getTime())),
      page(after, limit) {
        catchUp(journal)
        return selectPage.all(sid * RANGE + after, (sid + 1) * RANGE, limit).map((row) => readQueued(row, sid * RANGE))
      },
      // Told by the client once: what the turn cannot keep is written in a later one.
      release: (n) => journal.writeSurely(() => change(release, sid * RANGE + n)),
      remove: (n) => journal.writeSurely(() => change(remove, sid * RANGE + n)),
      // The turn that failed has taken its rows with it.
      rollBack: () => undefined,
    }),
    /** Before a turn's commit: what was appended in it is written by then. */
    flush: (): void => batch.flush(),
    /** When a turn has failed. */
    discard: (): void => batch.discard(),
    drop(sid: number): void {
      batch.flush()
      removeAll.run(...rangeOf(sid))
    },
    /** For Aedes' own interface, which keeps its marks in `more`. */
    push(sid: number, packet: Message, more: string | null): void {
      append((selectLast.get(...rangeOf(sid)) ?? sid * RANGE) + 1, packet, more)
    },
    rows: (sid: number, after: number, limit: number): readonly QueueRow[] =>
      selectPage.all(Math.max(after, sid * RANGE), (sid + 1) * RANGE, limit),
    update: (position: number, isReleased: boolean, more: string | null): void =>
      void update.run(isReleased ? 1 : 0, more, position),
    remove: (position: number): void => void remove.run(position),
    /** Whether there is room for a message: one comes and goes, in a transaction that is committed for it. */
    probe(): void {
      append(PROBE_POSITION, { topic: '', payload: PROBE, qos: 1, retain: false }, null)
      remove.run(PROBE_POSITION)
    },
  }

  function catchUp(journal: Journal): void {
    if (!batch.isEmpty) journal.write(() => batch.flush())
  }

  function change(statement: typeof remove, position: number): void {
    if (batch.holds(position)) batch.flush()
    statement.run(position)
  }

  function append(position: number, { topic, payload, qos, retain }: Message, more: string | null): void {
    insert.run(position, topic, payload, qos, Number(retain), clock().getTime(), more)
  }

  function measureOf(sid: number): QueueMeasure {
    const [from, to] = rangeOf(sid)
    const row = measure.get(from, to)
    return { last: (row?.last ?? from) - from, messages: row?.messages ?? 0, bytes: row?.bytes ?? 0 }
  }
}

function readQueued(row: QueueRow, base: number): QueuedMessage {
  const { position, topic, qos } = row
  const payload = Buffer.isBuffer(row.payload) ? row.payload : Buffer.from(row.payload)
  const { retain, released, queued_at: queuedAt } = row
  return { n: position - base, topic, payload, qos, retain: retain === 1, released: released === 1, queuedAt }
}
