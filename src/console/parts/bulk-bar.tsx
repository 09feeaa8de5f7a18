import type { ComponentChildren } from 'preact'
import { counted, read } from '../language.ts'
import { PART_TEXT } from './part-text.ts'

export interface BulkBarProps {
  readonly count: number
  readonly onClear: () => void
  readonly children: ComponentChildren
}

/** What can be done to all rows that are marked; gone while none is. */
export function BulkBar({ count, onClear, children }: BulkBarProps) {
  const words = read(PART_TEXT)
  if (count === 0) return null
  return (
    <div class="bulk appears" role="toolbar" aria-label={counted(count, words.selected)}>
      <strong aria-live="polite">{counted(count, words.selected)}</strong>
      {children}
      <button type="button" class="plain" onClick={onClear}>
        {words.clearSelection}
      </button>
    </div>
  )
}
