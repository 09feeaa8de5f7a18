import { counted, read } from '../../language.ts'
import { PART_TEXT } from '../../parts/part-text.ts'
import { ACTIVITY_TEXT } from './activity-text.ts'

export interface FreshButtonProps {
  readonly waiting: number
  readonly onShow: () => void
}

/** What has come meanwhile waits behind it: nothing moves while one reads. */
export function FreshButton({ waiting, onShow }: FreshButtonProps) {
  return (
    <p class="row" aria-live="polite">
      {waiting > 0 && (
        <button type="button" onClick={onShow}>
          {read(ACTIVITY_TEXT).show}: {counted(waiting, read(PART_TEXT).fresh)}
        </button>
      )}
    </p>
  )
}
