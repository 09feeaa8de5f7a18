import { useEffect, useState } from 'preact/hooks'
import { read } from '../language.ts'
import { PART_TEXT } from './part-text.ts'

const PATIENCE_MS = 150

/** The layout of what is asked for, once asking takes longer than a reader notices. */
export function Skeleton({ lines = 4 }: { readonly lines?: number }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" aria-busy="true">
      <span class="seen-by-readers">{read(PART_TEXT).loading}</span>
      {isShown && Array.from({ length: lines }, (_, line) => <div class="skeleton" key={line} />)}
    </div>
  )
}
