import { useEffect, useRef } from 'preact/hooks'

/** Acts every so often while the page is in sight; what fell due while it was not is done when it is again. */
export function useRepeat(act: () => unknown, everyMs: number | undefined): void {
  const newest = useRef(act)
  newest.current = act
  useEffect(() => {
    if (everyMs === undefined) return undefined
    let isDue = false
    const actInSight = (): void => {
      isDue = document.hidden
      if (!isDue) newest.current()
    }
    const catchUp = (): void => void (isDue && actInSight())
    const timer = setInterval(actInSight, everyMs)
    document.addEventListener('visibilitychange', catchUp)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', catchUp)
    }
  }, [everyMs])
}
