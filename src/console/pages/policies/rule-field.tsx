import { formatNumber, read } from '../../language.ts'
import { SelectField } from '../../parts/select-field.tsx'
import { POLICIES_TEXT } from './policies-text.ts'
import { ACTIONS, actionsOf, type DraftRule } from './policy-draft.ts'

export interface RuleFieldProps {
  readonly rule: DraftRule
  readonly index: number
  readonly count: number
  readonly complaints: readonly string[]
  readonly onChange: (rule: DraftRule) => void
  readonly onMove: (by: 1 | -1) => void
  readonly onRemove: () => void
}

/** One rule as it is written; what the hub has against it stands beside it. */
export function RuleField({ rule, index, count, complaints, onChange, onMove, onRemove }: RuleFieldProps) {
  const words = read(POLICIES_TEXT)
  const number = formatNumber(index + 1)
  return (
    <fieldset class="panel rule">
      <legend>{words.rule(number)}</legend>
      <div class="columns">
        <SelectField
          label={words.effect}
          choices={[
            { value: 'allow', label: words.effects.allow },
            { value: 'deny', label: words.effects.deny },
          ]}
          value={rule.effect}
          onChange={(effect) => onChange({ ...rule, effect })}
        />
        <SelectField
          label={words.actions}
          choices={[
            { value: 'both', label: words.actionsOf.both },
            { value: 'publish', label: words.actionsOf.publish },
            { value: 'subscribe', label: words.actionsOf.subscribe },
          ]}
          value={actionsOf(rule.actions)}
          onChange={(actions) => onChange({ ...rule, actions: [...ACTIONS[actions]] })}
        />
        <label class="field">
          <span>{words.topicFilter}</span>
          <input
            class="mono"
            autocomplete="off"
            spellcheck={false}
            aria-invalid={complaints.length > 0}
            value={rule.topicFilter}
            onInput={({ currentTarget }) => onChange({ ...rule, topicFilter: currentTarget.value })}
          />
        </label>
      </div>
      {complaints.map((complaint) => (
        <p key={complaint} class="note bad" role="alert">
          {complaint}
        </p>
      ))}
      <div class="row">
        <button type="button" disabled={index === 0} aria-label={words.up(number)} onClick={() => onMove(-1)}>
          ↑
        </button>
        <button type="button" disabled={index === count - 1} aria-label={words.down(number)} onClick={() => onMove(1)}>
          ↓
        </button>
        <button type="button" aria-label={words.remove(number)} onClick={onRemove}>
          ×
        </button>
      </div>
    </fieldset>
  )
}
