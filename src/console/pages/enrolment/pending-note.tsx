import { counted, read } from '../../language.ts'
import { formatRoute } from '../../route.ts'
import { ENROLMENT_TEXT } from './enrolment-text.ts'

export interface PendingNoteProps {
  /** Undefined until it is known. */
  readonly count: number | undefined
}

/** That devices wait for a word; nothing while none does. */
export function PendingNote({ count = 0 }: PendingNoteProps) {
  if (count === 0) return null
  return (
    <p class="note warn">
      <a href={formatRoute(['enrolment'])}>{counted(count, read(ENROLMENT_TEXT).waiting)}</a>
    </p>
  )
}
