export interface ChipsProps {
  readonly label: string
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  /** Empty: none, all is shown. */
  readonly chosen: string | undefined
  readonly onChoose: (value: string | undefined) => void
}

/** Filters of a list of which one holds; pressed again it is lifted. */
export function Chips({ label, choices, chosen, onChoose }: ChipsProps) {
  return (
    <fieldset class="chips" aria-label={label}>
      {choices.map((choice) => (
        <button
          type="button"
          key={choice.value}
          aria-pressed={choice.value === chosen}
          onClick={() => onChoose(choice.value === chosen ? undefined : choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  )
}
