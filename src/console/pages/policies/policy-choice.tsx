import { useHub } from '../../hub/console-hub.ts'
import type { Page as AnswerPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { read } from '../../language.ts'
import { Answer } from '../../parts/answer.tsx'
import { POLICIES_TEXT } from './policies-text.ts'
import type { PolicyAnswer } from './policy-answers.ts'

export interface PolicyChoiceProps {
  readonly chosen: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
  readonly hint?: string
}

const MOST_POLICIES = 500

/** Which policies somebody has, of all that there are. */
export function PolicyChoice({ chosen, onChange, hint }: PolicyChoiceProps) {
  const { api } = useHub()
  const policies = useLoad(() => api.get<AnswerPage<PolicyAnswer>>('api/policies', { limit: MOST_POLICIES }), [api])
  const toggle = (name: string): void =>
    onChange(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name])
  return (
    <fieldset class="panel choices">
      <legend>{read(POLICIES_TEXT).title}</legend>
      <Answer of={policies} lines={2}>
        {({ items }) =>
          items.map(({ name }) => (
            <label class="choice" key={name}>
              <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
              <span>{name}</span>
            </label>
          ))
        }
      </Answer>
      {hint && <small>{hint}</small>}
    </fieldset>
  )
}
