import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { counted, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { now } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import type { RotationProgressAnswer } from './certificate-answers.ts'
import { ROTATIONS_TEXT } from './rotations-text.ts'

const KEY_ALGORITHMS = ['ec-p256', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519'] as const
const EMPTY = { user: '', days: '', keyAlgorithm: 'any', perMinute: '60', deadline: '' } as const
const DAY_MS = 86_400_000

type Wish = { readonly [Name in keyof typeof EMPTY]: string }
type TypedField = 'user' | 'days' | 'perMinute'

/** Whom to ask to renew, how fast, and until when. */
export function RotationForm({ onStart }: { readonly onStart: () => void }) {
  const { api } = useHub()
  const words = read(ROTATIONS_TEXT)
  const [wish, setWish] = useState<Wish>(EMPTY)
  const start = async (): Promise<string> => {
    const begun = await api.send<RotationProgressAnswer>('POST', 'api/rotations', bodyOf(wish, now.value))
    onStart()
    const all = Object.values(begun.progress).reduce((sum, count) => sum + count, 0)
    return counted(all, words.started)
  }
  const field = (name: TypedField, label: string, inputMode: 'text' | 'numeric', hint?: string) => (
    <label class="field">
      <span>{label}</span>
      <input
        autocomplete="off"
        inputMode={inputMode}
        value={wish[name]}
        onInput={({ currentTarget }) => setWish({ ...wish, [name]: currentTarget.value })}
      />
      {hint && <small>{hint}</small>}
    </label>
  )
  return (
    <Section title={words.fresh}>
      <div class="columns">
        {field('user', words.user, 'text', words.userHint)}
        {field('days', words.ends, 'numeric', words.endsHint)}
        <SelectField
          label={words.keyAlgorithm}
          choices={['any', ...KEY_ALGORITHMS].map((value) => ({
            value,
            label: value === 'any' ? words.anyKey : value,
          }))}
          value={wish.keyAlgorithm}
          onChange={(keyAlgorithm) => setWish({ ...wish, keyAlgorithm })}
        />
        {field('perMinute', words.perMinute, 'numeric')}
        <label class="field">
          <span>{words.deadlineField}</span>
          <input
            type="date"
            value={wish.deadline}
            onInput={({ currentTarget }) => setWish({ ...wish, deadline: currentTarget.value })}
          />
          <small>{words.deadlineHint}</small>
        </label>
      </div>
      <ActionButton label={words.start} tone="main" consequence={words.startConsequence} act={start} />
    </Section>
  )
}

/** What is left empty restricts nothing. */
function bodyOf({ user, days, keyAlgorithm, perMinute, deadline }: Wish, at: Date) {
  const filter = {
    ...(user.trim() === '' ? {} : { userId: user.trim() }),
    ...(days === '' ? {} : { expiresBefore: new Date(at.getTime() + Number(days) * DAY_MS).toISOString() }),
    ...(keyAlgorithm === 'any' ? {} : { keyAlgorithm }),
  }
  return {
    filter: Object.keys(filter).length === 0 ? { all: true } : filter,
    perMinute: Number(perMinute),
    ...(deadline === '' ? {} : { deadline: new Date(`${deadline}T23:59:59`).toISOString() }),
  }
}
