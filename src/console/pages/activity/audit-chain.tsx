import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { type Problem, toProblem } from '../../hub/problem.ts'
import { counted, formatNumber, read } from '../../language.ts'
import { Copyable } from '../../parts/copy.tsx'
import { Failure } from '../../parts/failure.tsx'
import type { AuditVerdictAnswer } from './activity-answers.ts'
import { ACTIVITY_TEXT } from './activity-text.ts'

/** Whether somebody has changed the audit afterwards, and all of it to keep elsewhere. */
export function AuditChain() {
  const { api } = useHub()
  const words = read(ACTIVITY_TEXT)
  const [verdict, setVerdict] = useState<AuditVerdictAnswer>()
  const [problem, setProblem] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const verify = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    await api
      .get<AuditVerdictAnswer>('api/audit/verification')
      .then(setVerdict, (error: unknown) => setProblem(toProblem(error)))
    setBusy(false)
  }
  return (
    <>
      <p class="row">
        <button type="button" disabled={isBusy} onClick={verify}>
          {words.verify}
        </button>
        <a class="button" href="api/audit/export" download="signet-audit.ndjson">
          {words.exportAudit}
        </a>
      </p>
      <div aria-live="polite">
        {problem && <Failure problem={problem} />}
        {verdict && <Verdict verdict={verdict} />}
      </div>
    </>
  )
}

function Verdict({ verdict }: { readonly verdict: AuditVerdictAnswer }) {
  const words = read(ACTIVITY_TEXT)
  const { ok, head } = verdict
  return (
    <div class={`note ${ok ? 'good' : 'bad'}`}>
      <p>{describeChain(verdict)}</p>
      {head !== null && (
        <p>
          <small>{words.head} </small>
          <Copyable text={head} length={40} />
        </p>
      )}
    </div>
  )
}

function describeChain({ entries, brokenAt, missingBefore }: AuditVerdictAnswer): string {
  const words = read(ACTIVITY_TEXT)
  if (brokenAt !== null) return words.chainBroken(formatNumber(brokenAt))
  if (missingBefore !== null) return words.chainCut(formatNumber(missingBefore))
  return words.chainHolds(counted(entries, words.entries))
}
