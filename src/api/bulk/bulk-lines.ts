import { setImmediate as nextTurn } from 'node:timers/promises'
import { DomainError } from '../../errors.ts'
import type { BulkCreation, BulkWishes } from '../../registry/bulk-creation.ts'
import { type BulkLine, bulkRowSchema, readBulkRow, shapeFault, shapeOutcome } from '../resources/bulk.ts'
import { inOrder } from './in-order.ts'
import type { ParsedRow } from './parsed-row.ts'

export interface BulkRun {
  readonly rows: AsyncIterable<ParsedRow>
  readonly wishes: BulkWishes
  readonly bulk: BulkCreation
  /** What each device of this hub needs, told before the first. */
  readonly head: Omit<BulkLine, 'status'>
  /** That claim links lead to. */
  readonly origin: string
  /** The cause with a name, of what ends the run. */
  readonly explain: (error: unknown) => DomainError
}

/** As many keys as the thread pool makes at once. */
const AT_ONCE = 4
const PROGRESS_LINES = 100
export const MAX_BULK_ROWS = 100_000

/** One line for each row, in their order, with progress between; what is not a fault of one row ends the run, and is its last line. */
export async function* createBulkLines({
  rows,
  wishes,
  bulk,
  head,
  origin,
  explain,
}: BulkRun): AsyncGenerator<BulkLine> {
  const counts: Record<string, number> = {}
  let done = 0
  yield { status: 'begun', ...head }
  try {
    for await (const line of inOrder(bounded(rows), AT_ONCE, answer)) {
      counts[line.status] = (counts[line.status] ?? 0) + 1
      done += 1
      yield line
      if (done % PROGRESS_LINES === 0) yield { status: 'progress', counts: { ...counts } }
    }
    yield { status: 'finished', counts }
  } catch (error) {
    yield { ...shapeFault(explain(error)), counts }
  }

  async function answer(row: ParsedRow): Promise<BulkLine> {
    const { line } = row
    if ('fault' in row) return { line, ...shapeFault({ code: 'bad_request', message: row.fault }) }
    const deviceId = readName(row.fields)
    try {
      const parsed = bulkRowSchema.safeParse(row.fields)
      if (!parsed.success) throw new DomainError('bad_request', describe(parsed.error.issues))
      return { line, ...deviceId, ...shapeOutcome(await bulk.create(readBulkRow(parsed.data), wishes), origin) }
    } catch (error) {
      if (error instanceof DomainError) return { line, ...deviceId, ...shapeFault(error) }
      throw error
    }
  }
}

async function* bounded(rows: AsyncIterable<ParsedRow>): AsyncGenerator<ParsedRow> {
  let count = 0
  for await (const row of rows) {
    count += 1
    if (count > MAX_BULK_ROWS) throw new DomainError('body_too_large', `A table has at most ${MAX_BULK_ROWS} rows`)
    yield row
    // A row waits for nothing where keys are made and signed in this thread: a whole buffer of them would be one turn.
    await nextTurn()
  }
}

/** As it was written, for who looks for the row. */
function readName(fields: unknown): Pick<BulkLine, 'deviceId'> {
  const isObject = typeof fields === 'object' && fields !== null && 'deviceId' in fields
  return isObject && typeof fields.deviceId === 'string' ? { deviceId: fields.deviceId.slice(0, 100) } : {}
}

function describe(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  return issues.map(({ path, message }) => [path.map(String).join('.'), message].filter(Boolean).join(': ')).join('; ')
}
