import { KIND_TEXT, MEASURE_TEXT, ROTATION_TEXT, SIGN_TEXT } from './event-code-text.ts'
import { tell } from './tell.ts'

/** `device board-1`, with the kind in the reader's language. */
export function tellWho({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${tell(KIND_TEXT, kind)} ${id}`
}

export function tellRotation(state: string): string {
  return tell(ROTATION_TEXT, state)
}

/** What an identity is suspected for. */
export function tellSign(sign: string): string {
  return tell(SIGN_TEXT, sign)
}

/** What was done about the suspicion. */
export function tellMeasure(action: string): string {
  return tell(MEASURE_TEXT, action)
}
