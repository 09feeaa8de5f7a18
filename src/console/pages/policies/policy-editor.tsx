import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Problem, toProblem } from '../../hub/problem.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { navigate } from '../../router.ts'
import { POLICIES_TEXT } from './policies-text.ts'
import type { PolicyAnswer } from './policy-answers.ts'
import { complaintsAbout, type DraftRule, draftOf, isAboutRules, withMoved, withRule } from './policy-draft.ts'
import { RuleField } from './rule-field.tsx'

export interface PolicyEditorProps {
  readonly policy: PolicyAnswer
  readonly isNew: boolean
}

type Step = 'saved' | 'changed' | 'saving' | { readonly problem: Problem }

/** The rules of a policy, kept by the hub once they are saved. */
export function PolicyEditor({ policy, isNew }: PolicyEditorProps) {
  const { api } = useHub()
  const words = read(POLICIES_TEXT)
  const [rules, setRules] = useState(draftOf(policy.rules))
  const [clientId, setClientId] = useState(policy.clientId)
  const [step, setStep] = useState<Step>()
  const problem = typeof step === 'object' ? step.problem : undefined
  const change = (next: readonly DraftRule[]): void => {
    setRules(next)
    setStep('changed')
  }
  const save = async (): Promise<void> => {
    setStep('saving')
    try {
      await api.send('PUT', path('api/policies', policy.name), {
        rules: rules.map(({ key: _, ...rule }) => rule),
        clientId,
      })
      setStep('saved')
      if (isNew) navigate(['policies', policy.name])
    } catch (error) {
      setStep({ problem: toProblem(error) })
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {problem && !isAboutRules(problem) && <Failure problem={problem} />}
      {rules.length === 0 && <p class="note warn">{words.noRules}</p>}
      {rules.map((rule, index) => (
        <RuleField
          key={rule.key}
          rule={rule}
          index={index}
          count={rules.length}
          complaints={complaintsAbout(problem, index)}
          onChange={(changed) => change(rules.with(index, changed))}
          onMove={(by) => change(withMoved(rules, index, by))}
          onRemove={() => change(rules.toSpliced(index, 1))}
        />
      ))}
      <p>
        <button type="button" onClick={() => change(withRule(rules))}>
          {words.add}
        </button>
      </p>
      <SelectField
        label={words.clientId}
        choices={[
          { value: 'own', label: words.clientIds.own },
          { value: 'any', label: words.clientIds.any },
        ]}
        value={clientId}
        onChange={(chosen) => {
          setClientId(chosen)
          setStep('changed')
        }}
      />
      <div class="row">
        <button type="submit" class="main" disabled={step === 'saving'}>
          {words.save}
        </button>
        <span role="status">{step === 'saved' ? words.saved : step === 'changed' ? words.unsaved : ''}</span>
      </div>
    </form>
  )
}
