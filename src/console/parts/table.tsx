import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { counted, read } from '../language.ts'
import { PART_TEXT } from './part-text.ts'
import { useTableKeys } from './table-keys.ts'
import { HEADED_ROWS, useVisibleRows } from './visible-rows.ts'

export interface Column<Row> {
  readonly id: string
  readonly title: string
  readonly draw: (row: Row) => ComponentChildren
  /** The list can be ordered by it. */
  readonly isSortable?: boolean
  readonly isNumber?: boolean
  /** Its title stands before it where a row has no head above it: on a phone. Of numbers and times it always does. */
  readonly isNamed?: boolean
  /** It has the room that the others leave, and what is longer is cut; not on a phone. */
  readonly isRest?: boolean
  /** Sentences, shown whole in as many lines as they take: for a table of so few rows that all are drawn. */
  readonly isProse?: boolean
}

export interface Order {
  readonly by: string
  readonly direction: 'asc' | 'desc'
}

export interface TableProps<Row> {
  /** What the rows are, for a reader of screens. */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Which rows of all: when these are others, the list is shown from its beginning. */
  readonly view?: string
  readonly order?: Order
  readonly onOrder?: (order: Order) => void
  /** Enter on a row, or a click beside its links, buttons and their questions. */
  readonly onOpen?: (row: Row) => void
  /** Keys of the rows that are marked; with it rows can be marked, by `x` too. */
  readonly selection?: ReadonlySet<string>
  readonly onSelect?: (selection: ReadonlySet<string>) => void
  /** There are more rows than these: called near the end of them. */
  readonly onMore?: (() => void) | undefined
  /** Shown in place of rows. */
  readonly empty?: ComponentChildren
  /** On a phone as well: a table of few, short columns. */
  readonly keepsColumns?: boolean
}

/** A list: fixed head, order, marks, keys (`j`, `k`, Enter, `x`); past 200 rows only those in sight are drawn. */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, keyOf, order, onOrder, onOpen, selection, onSelect, onMore, empty } = props
  const view = [props.view, order?.by, order?.direction].join(' ')
  const list = useRef<HTMLElement | null>(null)
  const [current, setCurrent] = useState(-1)
  const { start, end, before, after } = useVisibleRows(list, rows.length, onMore)
  const shown = useRef(view)
  useEffect(() => {
    if (shown.current === view) return
    shown.current = view
    if (list.current) list.current.scrollTop = 0
    setCurrent(-1)
  }, [view])
  const toggle = (row: Row): void => onSelect?.(toggled(selection ?? NONE, keyOf(row)))
  const onKeyDown = useTableKeys({ list, rows, current, setCurrent, onOpen, onToggle: selection && toggle })
  if (rows.length === 0 && empty !== undefined) return <div class="empty panel">{empty}</div>
  const width = columns.length + (selection ? 1 : 0)
  return (
    <section
      ref={list}
      class={`list ${props.keepsColumns ? 'keeps-columns' : ''}`}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <table aria-rowcount={rows.length + HEADED_ROWS}>
        <thead>
          <tr>
            {selection && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label={read(PART_TEXT).selectRow(label)}
                  checked={rows.length > 0 && rows.every((row) => selection.has(keyOf(row)))}
                  onChange={({ currentTarget }) => onSelect?.(new Set(currentTarget.checked ? rows.map(keyOf) : []))}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Gap height={before} width={width} />}
          {rows.slice(start, end).map((row, offset) => {
            const key = keyOf(row)
            const index = start + offset
            return (
              <tr
                key={key}
                data-index={index}
                data-current={index === current || undefined}
                aria-rowindex={index + 1 + HEADED_ROWS}
                aria-selected={selection?.has(key)}
                onClick={(event) => {
                  setCurrent(index)
                  if (!(event.target as Element).closest(WITH_CLICKS_OF_THEIR_OWN)) onOpen?.(row)
                }}
              >
                {selection && (
                  <td>
                    <input
                      type="checkbox"
                      aria-label={read(PART_TEXT).selectRow(key)}
                      checked={selection.has(key)}
                      onChange={() => toggle(row)}
                    />
                  </td>
                )}
                {columns.map((column, place) => (
                  <td key={column.id} class={classOf(column, place)} data-title={column.title}>
                    {column.draw(row)}
                  </td>
                ))}
              </tr>
            )
          })}
          {after > 0 && <Gap height={after} width={width} />}
        </tbody>
      </table>
      {onMore && <MoreRows count={rows.length} onMore={onMore} />}
    </section>
  )
}

const WITH_CLICKS_OF_THEIR_OWN = 'a, button, input, label, select, textarea, dialog'
const NONE: ReadonlySet<string> = new Set()

function toggled(selection: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return selection.symmetricDifference(new Set([key]))
}

function classOf<Row>({ isNumber, isNamed, isRest, isProse }: Column<Row>, place: number): string {
  const classes = { number: isNumber, named: isNamed, rest: isRest, prose: isProse, first: place === 0 }
  return Object.entries(classes)
    .flatMap(([name, holds]) => (holds ? [name] : []))
    .join(' ')
}

interface HeadProps<Row> {
  readonly column: Column<Row>
  readonly order: Order | undefined
  readonly onOrder: ((order: Order) => void) | undefined
}

function Head<Row>({ column: { id, title, isSortable, isNumber }, order, onOrder }: HeadProps<Row>) {
  const words = read(PART_TEXT)
  const direction = order?.by === id ? order.direction : undefined
  const sort = direction === undefined ? 'none' : direction === 'asc' ? 'ascending' : 'descending'
  return (
    <th scope="col" class={isNumber ? 'number' : ''} aria-sort={isSortable ? sort : undefined}>
      {isSortable ? (
        <button type="button" onClick={() => onOrder?.({ by: id, direction: direction === 'asc' ? 'desc' : 'asc' })}>
          {title}
          {direction && <span aria-hidden="true">{direction === 'asc' ? '↑' : '↓'}</span>}
          {direction && <span class="seen-by-readers">{direction === 'asc' ? words.ascending : words.descending}</span>}
        </button>
      ) : (
        title
      )}
    </th>
  )
}

/** In the place of rows that are out of sight. */
function Gap({ height, width }: { readonly height: number; readonly width: number }) {
  return (
    <tr class="gap">
      <td colSpan={width} style={{ height: `${height}px` }} />
    </tr>
  )
}

function MoreRows({ count, onMore }: { readonly count: number; readonly onMore: () => void }) {
  const words = read(PART_TEXT)
  return (
    <div class="row spread">
      <small>{counted(count, words.moreRows)}</small>
      <button type="button" class="plain" onClick={onMore}>
        {words.more}
      </button>
    </div>
  )
}
