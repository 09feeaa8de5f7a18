import { counted, read } from '../../language.ts'
import { formatRoute } from '../../route.ts'
import { ENROLMENT_TEXT } from './enrolment-text.ts'
import { usePendingCount } from './pending-count.ts'

/** That devices wait for a word; nothing while none does. */
export function PendingNote() {
  const count = usePendingCount() ?? 0
  if (count === 0) return null
  return (
    <p class="note warn">
      <a href={formatRoute(['enrolment'])}>{counted(count, read(ENROLMENT_TEXT).waiting)}</a>
    </p>
  )
}
