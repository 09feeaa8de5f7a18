import { useRef } from 'preact/hooks'
import { usePaced } from './pace.ts'

// At once; what is left of a burst follows a second later.
const MOST = 10

/** For rows that events tell of: `act` is called soon for each that was named, once however often it was. */
export function usePacedEach(act: (key: string) => unknown): (key: string) => void {
  const named = useRef(new Set<string>())
  const next = usePaced(() => {
    const { current } = named
    for (const key of [...current].slice(0, MOST)) {
      current.delete(key)
      void act(key)
    }
    if (current.size > 0) next()
  })
  return (key) => {
    named.current.add(key)
    next()
  }
}
