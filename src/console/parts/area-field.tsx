export interface AreaFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string
}

/** Some lines that are typed, or none. */
export function AreaField({ label, value, onChange, hint }: AreaFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {hint && <small>{hint}</small>}
    </label>
  )
}
