import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { type Problem, toProblem } from '../../hub/problem.ts'
import { read } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Section } from '../../parts/page.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { refine } from '../../router.ts'
import { POLICIES_TEXT } from './policies-text.ts'
import type { TopicVerdictAnswer } from './policy-answers.ts'
import { actionsOf } from './policy-draft.ts'

export interface TopicTestProps {
  /** The device whose page it is; without it the reader names one. */
  readonly of?: string
  readonly device?: string | undefined
  readonly action: string | undefined
  readonly topic: string | undefined
}

/** Whether a device may, as the broker decides it, and by which rule; the question is in the address. */
export function TopicTest({ of, ...asked }: TopicTestProps) {
  const { api } = useHub()
  const words = read(POLICIES_TEXT)
  const [named, setNamed] = useState(asked.device ?? '')
  const device = of ?? named
  const [action, setAction] = useState<'publish' | 'subscribe'>(asked.action === 'subscribe' ? 'subscribe' : 'publish')
  const [topic, setTopic] = useState(asked.topic ?? '')
  const [outcome, setOutcome] = useState<TopicVerdictAnswer | { readonly problem: Problem }>()
  const ask = async (): Promise<void> => {
    refine({ device: of === undefined ? named : undefined, action, topic })
    try {
      setOutcome(await api.get<TopicVerdictAnswer>('api/diagnostics/topic', { deviceId: device, action, topic }))
    } catch (error) {
      setOutcome({ problem: toProblem(error) })
    }
  }
  return (
    <Section title={words.testTitle}>
      <p class="quiet">{words.testLead}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void ask()
        }}
      >
        <div class="columns">
          {of === undefined && (
            <label class="field">
              <span>{words.device}</span>
              <input
                required
                autocomplete="off"
                value={named}
                onInput={({ currentTarget }) => setNamed(currentTarget.value)}
              />
            </label>
          )}
          <SelectField
            label={words.action}
            choices={[
              { value: 'publish', label: words.publish },
              { value: 'subscribe', label: words.subscribe },
            ]}
            value={action}
            onChange={setAction}
          />
          <label class="field">
            <span>{words.topic}</span>
            <input
              required
              class="mono"
              autocomplete="off"
              spellcheck={false}
              value={topic}
              onInput={({ currentTarget }) => setTopic(currentTarget.value)}
            />
          </label>
        </div>
        <button type="submit">{words.ask}</button>
      </form>
      <div class="section" aria-live="polite">
        {outcome && ('problem' in outcome ? <Failure problem={outcome.problem} /> : <Verdict verdict={outcome} />)}
      </div>
    </Section>
  )
}

function Verdict({ verdict: { allowed, rule } }: { readonly verdict: TopicVerdictAnswer }) {
  const words = read(POLICIES_TEXT)
  return (
    <p class={`note ${allowed ? 'good' : 'bad'}`}>
      <Badge tone={allowed ? 'good' : 'bad'}>{allowed ? words.allowed : words.denied}</Badge>{' '}
      {rule ? (
        <>
          {words.byRule(words.effects[rule.effect], words.actionsOf[actionsOf(rule.actions)])}{' '}
          <code>{rule.topicFilter}</code>
          {words.ruleEnds} {!allowed && rule.effect === 'allow' && words.besidePolicies}
        </>
      ) : (
        words.byNone
      )}
    </p>
  )
}
