import { read } from '../../language.ts'
import { AreaField } from '../../parts/area-field.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { SETTINGS_TEXT } from './settings-text.ts'
import type { WebhookBodyWish } from './webhook-form.ts'

const FORMATS = ['json', 'form'] as const

export interface WebhookBodyFieldsProps {
  readonly wish: WebhookBodyWish
  readonly onChange: (changes: Partial<WebhookBodyWish>) => void
}

/** The body that others want, and the headers by which they let the hub in. */
export function WebhookBodyFields({ wish, onChange }: WebhookBodyFieldsProps) {
  const words = read(SETTINGS_TEXT)
  return (
    <div class="columns">
      <AreaField
        label={words.headers}
        hint={words.headersHint}
        value={wish.headers}
        onChange={(headers) => onChange({ headers })}
      />
      <AreaField
        label={words.template}
        hint={words.templateHint}
        value={wish.template}
        onChange={(template) => onChange({ template })}
      />
      <SelectField
        label={words.format}
        choices={FORMATS.map((value) => ({ value, label: words.formats[value] }))}
        value={wish.format}
        onChange={(format) => onChange({ format })}
      />
    </div>
  )
}
