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
  const cells = columns.map(([head, read]) => alignCells([head, ...items.map((item) => formatCell(read(item)))]))
  const rows = [undefined, ...items].map((_, row) => cells.map((column) => column[row]).join('  '))
  return rows.map((row) => `${row.trimEnd()}\n`).join('')
}

/** One thing, a name and a value a line. */
export function renderFields(fields: readonly (readonly [name: string, value: unknown])[]): string {
  const names = alignCells(fields.map(([name]) => name))
  return fields.map(([, value], row) => `${names[row]}  ${formatCell(value)}\n`).join('')
}

function alignCells(cells: readonly string[]): readonly string[] {
  const width = cells.reduce((widest, { length }) => Math.max(widest, length), 0)
  return cells.map((cell) => cell.padEnd(width))
}

// What a peer named itself must not move the cursor of who reads it: control characters are shown, not sent.
const CONTROL = /\p{C}/gu

/** On one line, with nothing in it that a terminal would obey. */
export function formatCell(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-'
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(formatCell).join(', ')
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replaceAll(CONTROL, (character) => `\\u${Number(character.codePointAt(0)).toString(16).padStart(4, '0')}`)
}
