import { CHECK_STATUS_TEXT, CHECK_TEXT } from '../codes/check-text.ts'
import { tellFinding } from '../codes/finding-words.ts'
import { tell } from '../codes/tell.ts'
import type { CheckupAnswer } from '../hub/answers.ts'
import { read } from '../language.ts'
import { Badge, type Tone } from './badge.tsx'

type Check = CheckupAnswer['checks'][number]

const TONES: Readonly<Record<Check['status'], Tone>> = { ok: 'good', note: 'off', warning: 'warn', failed: 'bad' }

/** What checks have found, each with what mends it. */
export function Findings({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <dl class="facts">
      {checks.map((check) => (
        <FindingFact key={`${check.name} ${check.detail}`} check={check} />
      ))}
    </dl>
  )
}

function FindingFact({ check }: { readonly check: Check }) {
  const { name, status } = check
  const { detail, mend } = tellFinding(check)
  return (
    <>
      <dt>
        <Badge tone={TONES[status]}>
          {tell(CHECK_TEXT, name)}: {read(CHECK_STATUS_TEXT)[status]}
        </Badge>
      </dt>
      <dd>
        {detail}
        {mend && <p class="note">{mend}</p>}
      </dd>
    </>
  )
}
