export interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string
  readonly isOptional?: boolean
}

/** A line that is typed. */
export function TextField({ label, value, onChange, hint, isOptional }: TextFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        autocomplete="off"
        required={!isOptional}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {hint && <small>{hint}</small>}
    </label>
  )
}
