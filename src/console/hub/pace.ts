import { useEffect, useRef } from 'preact/hooks'

const PACE_MS = 1000

/** For what many events may ask for at once: `act` is called a second after the first of them, and then for all of them. */
export function usePaced(act: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const newest = useRef(act)
  newest.current = act
  useEffect(() => () => clearTimeout(timer.current), [])
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      newest.current()
    }, PACE_MS)
  }
}
