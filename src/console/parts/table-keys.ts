import type { RefObject } from 'preact'

export interface TableKeys<Row> {
  readonly list: RefObject<HTMLElement | null>
  readonly rows: readonly Row[]
  /** Index of the row that the keys stand on; -1: none. */
  readonly current: number
  readonly setCurrent: (index: number) => void
  readonly onOpen: ((row: Row) => void) | undefined
  readonly onToggle: ((row: Row) => void) | undefined
}

/** `j` and `k` (or the arrows) move, Enter opens, `x` marks. */
export function useTableKeys<Row>({ list, rows, current, setCurrent, onOpen, onToggle }: TableKeys<Row>) {
  const move = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index))
    setCurrent(next)
    const element = list.current
    const row = element?.querySelector(`[data-index="${next}"]`)
    if (row) row.scrollIntoView({ block: 'nearest' })
    // Out of sight it is not drawn: scrolled to, it will be.
    else if (element) element.scrollTop = (element.scrollHeight * next) / rows.length
  }
  return (event: KeyboardEvent): void => {
    const { key, target } = event
    if (event.ctrlKey || event.metaKey || event.altKey || isMeantForOthers(target)) return
    const row = rows[current]
    if (key === 'j' || key === 'ArrowDown') move(current + 1)
    else if (key === 'k' || key === 'ArrowUp') move(current - 1)
    else if (key === 'Enter' && row !== undefined && target === list.current) onOpen?.(row)
    else if (key === 'x' && row !== undefined) onToggle?.(row)
    else return
    event.preventDefault()
  }
}

// What is typed, and the question of a button that stands in a row.
function isMeantForOthers(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input:not([type="checkbox"]), textarea, select, dialog, dialog *')
}
