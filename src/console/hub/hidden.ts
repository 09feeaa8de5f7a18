import { useEffect, useState } from 'preact/hooks'

/** Whether nobody looks at the tab. */
export function useHidden(): boolean {
  const [isHidden, setHidden] = useState(document.hidden)
  useEffect(() => {
    const follow = (): void => setHidden(document.hidden)
    document.addEventListener('visibilitychange', follow)
    // It may have changed since it was drawn.
    follow()
    return () => document.removeEventListener('visibilitychange', follow)
  }, [])
  return isHidden
}
