import { signal } from '@preact/signals'
import { systemClock } from '../../clock.ts'
import { formatMoment, formatRelative } from '../format.ts'

const SECOND_MS = 1000

/** What time it is for all that is told relative to now; it moves on its own once the console runs. */
export const now = signal(systemClock())

export function startNow(): void {
  setInterval(() => {
    if (!document.hidden) now.value = systemClock()
  }, 15 * SECOND_MS)
}

export interface MomentProps {
  /** RFC 3339. */
  readonly at: string
  readonly far?: 'date' | 'days'
}

/** A time as people say it, exact on hover. */
export function Moment({ at, far = 'date' }: MomentProps) {
  const moment = new Date(at)
  return (
    <time dateTime={at} title={formatMoment(moment)}>
      {formatRelative(moment, now.value, far)}
    </time>
  )
}
