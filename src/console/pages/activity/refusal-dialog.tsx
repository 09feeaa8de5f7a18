import { tellExpected } from '../../codes/expected-words.ts'
import { PRESENTED_TEXT } from '../../codes/presented-text.ts'
import { tellCause, tellMend } from '../../codes/refusal-words.ts'
import { tell } from '../../codes/tell.ts'
import type { RefusalAnswer } from '../../hub/answers.ts'
import { formatNumber, read } from '../../language.ts'
import { Copyable } from '../../parts/copy.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Owner } from '../../parts/owner.tsx'
import { PART_TEXT } from '../../parts/part-text.ts'
import { ACTIVITY_TEXT } from './activity-text.ts'

export interface RefusalDialogProps {
  readonly refusal: RefusalAnswer
  readonly onClose: () => void
}

/** All that is known of one refusal: what was shown, what would have been let in, what to do. */
export function RefusalDialog({ refusal, onClose }: RefusalDialogProps) {
  const words = read(ACTIVITY_TEXT)
  const { at, cause, count, surface, address, presented, expected } = refusal
  return (
    <Dialog title={tellCause(cause)} onClose={onClose}>
      <p class="note warn">{tellMend(refusal)}</p>
      <dl class="facts">
        <Fact name={words.at}>
          <Moment at={at} /> ×{formatNumber(count)}
        </Fact>
        <Fact name={words.address}>
          <Copyable text={address} length={40} />
        </Fact>
        <Fact name={words.surface}>{surface}</Fact>
        <Fact name={words.code}>
          <code>{cause}</code>
        </Fact>
        {expected !== null && <Fact name={words.expected}>{tellExpected(expected)}</Fact>}
      </dl>
      <h3>{words.presented}</h3>
      {presented === null && <p class="quiet">{words.nothingPresented}</p>}
      <dl class="facts">
        {Object.entries(presented ?? {}).map(([name, value]) => (
          <Fact key={name} name={tell(PRESENTED_TEXT, name)}>
            {name === 'identity' ? <Owner identity={value} /> : <Copyable text={value} length={40} />}
          </Fact>
        ))}
      </dl>
      <div class="row">
        <button type="button" onClick={onClose}>
          {read(PART_TEXT).close}
        </button>
      </div>
    </Dialog>
  )
}
