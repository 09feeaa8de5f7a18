import { useState } from 'preact/hooks'
import { tellExpected } from '../../codes/expected-words.ts'
import { PRESENTED_TEXT } from '../../codes/presented-text.ts'
import { tellCause, tellMend } from '../../codes/refusal-words.ts'
import { tell } from '../../codes/tell.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Problem, toProblem } from '../../hub/problem.ts'
import { read } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Failure } from '../../parts/failure.tsx'
import type { VerdictAnswer } from './certificate-answers.ts'
import { CERTIFICATES_TEXT } from './certificates-text.ts'
import { PASTE_TEXT } from './paste-text.ts'

/** A certificate that somebody holds: would it be let in, and if not, what mends it. */
export function PasteTab() {
  const { api } = useHub()
  const words = read(PASTE_TEXT)
  const [certificate, setCertificate] = useState('')
  const [outcome, setOutcome] = useState<VerdictAnswer | { readonly problem: Problem }>()
  const judge = async (): Promise<void> => {
    try {
      setOutcome(await api.send<VerdictAnswer>('POST', 'api/diagnostics/certificate', { certificate }))
    } catch (error) {
      setOutcome({ problem: toProblem(error) })
    }
  }
  return (
    <>
      <p>{words.lead}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void judge()
        }}
      >
        <label class="field">
          <span>{words.certificate}</span>
          <textarea
            required
            spellcheck={false}
            value={certificate}
            onInput={({ currentTarget }) => setCertificate(currentTarget.value)}
          />
          <small>{words.hint}</small>
        </label>
        <button type="submit" class="main">
          {words.judge}
        </button>
      </form>
      <div class="section" aria-live="polite">
        {outcome && ('problem' in outcome ? <Failure problem={outcome.problem} /> : <Verdict verdict={outcome} />)}
      </div>
    </>
  )
}

function Verdict({ verdict }: { readonly verdict: VerdictAnswer }) {
  const words = read(PASTE_TEXT)
  const { admitted, cause, mend, expected, kind, presented, hints } = verdict
  return (
    <div class={`note ${admitted ? 'good' : 'bad'}`}>
      <Badge tone={admitted ? 'good' : 'bad'}>{admitted ? words.admitted : words.refused}</Badge>
      <dl class="facts">
        {cause !== null && (
          <Fact name={words.cause}>
            {tellCause(cause)} <code>{cause}</code>
          </Fact>
        )}
        {cause !== null && mend !== null && <Fact name={words.mend}>{tellMend({ cause, mend })}</Fact>}
        {expected !== null && <Fact name={words.expected}>{tellExpected(expected)}</Fact>}
        {kind !== null && <Fact name={words.kind}>{read(CERTIFICATES_TEXT).kinds[kind]}</Fact>}
      </dl>
      <h3>{words.presented}</h3>
      <dl class="facts">
        {Object.entries(presented).map(([name, value]) => (
          <Fact key={name} name={tell(PRESENTED_TEXT, name)}>
            {value}
          </Fact>
        ))}
      </dl>
      {hints.length > 0 && (
        <>
          <h3>{words.hints}</h3>
          <ul>
            {hints.map((hint) => (
              <li key={hint}>{hint}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
