import { useEffect, useRef } from 'preact/hooks'

// What is done in one go tells several events: a revocation ends a connection, too.
const GATHER_MS = 100
const PACE_MS = 1000

/**
 * For what many events may ask for at once: `act` is called soon after the first of them, then once a second at most, and
 * while nobody looks at the page not before somebody does.
 */
export function usePaced(act: () => void): () => void {
  const newest = useRef(act)
  newest.current = act
  const pace = useRef<ReturnType<typeof createPace>>(undefined)
  pace.current ??= createPace(() => newest.current())
  const { ask, end } = pace.current
  useEffect(() => end, [end])
  return ask
}

function createPace(act: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsked = false
  const answer = (): void => {
    // It may be early: somebody looks again.
    clearTimeout(timer)
    timer = undefined
    if (!isAsked) return
    if (document.hidden) return document.addEventListener('visibilitychange', answer, { once: true })
    isAsked = false
    // What is asked for meanwhile is done when it is over.
    timer = setTimeout(answer, PACE_MS)
    act()
  }
  return {
    ask(): void {
      isAsked = true
      timer ??= setTimeout(answer, GATHER_MS)
    },
    end(): void {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', answer)
    },
  }
}
