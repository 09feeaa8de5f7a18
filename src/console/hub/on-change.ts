import { useEffect, useRef } from 'preact/hooks'

/** Acts when the value is another than it was before; not when the component appears. */
export function useOnChange(value: unknown, act: () => void): void {
  const before = useRef(value)
  useEffect(() => {
    if (before.current === value) return
    before.current = value
    act()
  }, [value])
}
