import { Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'
import { MAX_ROW_OCTETS, type ParsedRow } from './parsed-row.ts'

/** Cells that hold a number in JSON. */
const NUMBERS: ReadonlySet<string> = new Set(['validityDays', 'overlapHours'])

interface CsvRow {
  readonly record: Readonly<Record<string, string>>
  readonly info: { readonly lines: number; readonly error?: CsvError }
}

/** Rows of a table with a head, separated by "," or ";" (RFC 4180); one that is broken is told, and the next is read. */
export async function* readCsvRows(
  chunks: AsyncIterable<Uint8Array>,
  columns: readonly string[],
): AsyncGenerator<ParsedRow> {
  const broken: ParsedRow[] = []
  const parser = parse({
    bom: true,
    delimiter: [',', ';'],
    columns: (head: readonly string[]) => head.map((name) => nameOf(name, columns)),
    info: true,
    max_record_size: MAX_ROW_OCTETS,
    on_skip: (error) => void (error && broken.push({ line: Number(error['lines']), fault: error.message })),
    relax_column_count: true,
    // Else what stands behind a closing quote would swallow the rows up to the next quote.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  })
  // A body that breaks off ends the table where it broke.
  const source = Readable.from(chunks).on('error', (error) => parser.destroy(error))
  for await (const { record, info } of source.pipe(parser) as AsyncIterable<CsvRow>) {
    yield* broken.splice(0)
    if (info.error) yield { line: info.lines, fault: info.error.message }
    else yield { line: info.lines, fields: readCells(record) }
  }
  yield* broken
}

/** Heads are written in any case, as tables are. */
function nameOf(head: string, columns: readonly string[]): string {
  return columns.find((name) => name.toLowerCase() === head.trim().toLowerCase()) ?? head
}

function readCells(record: CsvRow['record']): Readonly<Record<string, string | number>> {
  const cells = Object.entries(record).flatMap(([name, text]) =>
    text.trim() === '' ? [] : [[name, text.trim()] as const],
  )
  return Object.fromEntries(cells.map(([name, text]) => [name, NUMBERS.has(name) ? Number(text) : text]))
}
