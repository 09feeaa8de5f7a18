import { useEffect, useLayoutEffect, useState } from 'preact/hooks'

export interface FilterFieldProps {
  readonly label: string
  readonly value: string | undefined
  /** Called once the reader pauses; undefined: the filter is lifted. */
  readonly onChange: (value: string | undefined) => void
}

const PAUSE_MS = 250

/** A filter of a list that is typed. */
export function FilterField({ label, value = '', onChange }: FilterFieldProps) {
  const [text, setText] = useState(value)
  // At once, so that nothing is taken back that was typed meanwhile.
  useLayoutEffect(() => setText(value), [value])
  useEffect(() => {
    const wanted = text.trim()
    if (wanted === value) return
    const timer = setTimeout(() => onChange(wanted === '' ? undefined : wanted), PAUSE_MS)
    return () => clearTimeout(timer)
    // What was typed is what counts: the page draws itself anew with another function each time.
  }, [text])
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="search"
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </label>
  )
}
