import { read } from '../language.ts'
import { Moment, now } from './moment.tsx'
import { PART_TEXT } from './part-text.ts'

export interface LifeBarProps {
  /** RFC 3339. */
  readonly notBefore: string
  readonly notAfter: string
}

// As the hub itself: what has less than a third left should have been renewed.
const RENEWAL_SHARE = 1 / 3

/** What is left of a certificate's life, as a bar and in words. */
export function LifeBar({ notBefore, notAfter }: LifeBarProps) {
  const [start, end] = [Date.parse(notBefore), Date.parse(notAfter)]
  const left = Math.max(0, Math.min(1, (end - now.value.getTime()) / Math.max(1, end - start)))
  const tone = left === 0 ? 'bad' : left < RENEWAL_SHARE ? 'warn' : 'good'
  return (
    <span class="row">
      <progress class={`life ${tone}`} value={left} max={1} aria-label={read(PART_TEXT).ends} />
      <Moment at={notAfter} far="days" />
    </span>
  )
}
