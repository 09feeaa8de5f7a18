import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Of a table: its head is a row to whoever counts rows. */
export const HEADED_ROWS = 1

const WHOLE_UP_TO = 200
const SPARE_ROWS = 20
// Until the first row is there to be measured.
const ROW_HEIGHT = 37

/** The part of a long list to draw, and the heights, in pixels, of what is left out above and below it. */
export interface VisibleRows {
  readonly start: number
  readonly end: number
  readonly before: number
  readonly after: number
}

/** Follows the scrolling of `list`; `onMore` is called when its end comes near. */
export function useVisibleRows(
  list: RefObject<HTMLElement | null>,
  count: number,
  onMore: (() => void) | undefined,
): VisibleRows {
  const [{ top, height, rowHeight }, setView] = useState({ top: 0, height: 800, rowHeight: ROW_HEIGHT })
  // A list that was empty may stand in the document only now.
  const isDrawn = count > 0
  useEffect(() => {
    const element = list.current
    if (!element) return
    const measure = (): void => {
      const row = element.querySelector('tbody tr:not(.gap)')?.getBoundingClientRect().height
      setView({ top: element.scrollTop, height: element.clientHeight, rowHeight: row || ROW_HEIGHT })
    }
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    return () => element.removeEventListener('scroll', measure)
  }, [list, isDrawn])
  useEffect(() => {
    const element = list.current
    if (!element || !onMore) return
    const askNearEnd = (): void => {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight
      if (element.scrollTop > 0 && left < element.clientHeight) onMore()
    }
    element.addEventListener('scroll', askNearEnd, { passive: true })
    return () => element.removeEventListener('scroll', askNearEnd)
  }, [list, isDrawn, onMore])
  return findVisibleRows({ count, top, height, rowHeight })
}

/** All of a short list; of a long one what is in sight and some rows around it. */
export function findVisibleRows(view: {
  readonly count: number
  readonly top: number
  readonly height: number
  readonly rowHeight: number
}): VisibleRows {
  const { count, top, height, rowHeight } = view
  if (count <= WHOLE_UP_TO) return { start: 0, end: count, before: 0, after: 0 }
  const last = Math.ceil((top + height) / rowHeight) + SPARE_ROWS
  const start = Math.max(0, Math.min(Math.floor(top / rowHeight) - SPARE_ROWS, count - WHOLE_UP_TO))
  const end = Math.min(count, last)
  return { start, end, before: start * rowHeight, after: (count - end) * rowHeight }
}
