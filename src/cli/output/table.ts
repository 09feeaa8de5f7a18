import type { Output } from '../ports.ts'

/** A column: its head, and how an item fills it. */
export type Column<Item> = readonly [head: string, read: (item: Item) => unknown]

/** Items as JSON for programs, or as aligned columns for people. */
export function printItems<Item>(
  stdout: Output,
  items: readonly Item[],
  columns: readonly Column<Item>[],
  { json }: { readonly json?: boolean },
): void {
  if (json) stdout.write(`${JSON.stringify(items, null, 2)}\n`)
  else stdout.write(renderTable(items, columns))
}

export function renderTable<Item>(items: readonly Item[], columns: readonly Column<Item>[]): string {
  const rows = [
    columns.map(([head]) => head),
    ...items.map((item) => columns.map(([, read]) => formatCell(read(item)))),
  ]
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .concat('')
    .join('\n')
}

// What a peer named itself must not move the cursor of who reads it: control characters are shown, not sent.
const CONTROL = /\p{C}/gu

function formatCell(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-'
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(formatCell).join(', ')
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replaceAll(CONTROL, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}

/** One thing, a name and a value a line. */
export function renderFields(fields: readonly (readonly [name: string, value: unknown])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${formatCell(value)}\n`).join('')
}
