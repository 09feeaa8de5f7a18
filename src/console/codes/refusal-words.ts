import { read, type Texts } from '../language.ts'
import { CAUSE_TEXT } from './cause-text.ts'
import { MENDS_RUSSIAN } from './mends-russian.ts'
import { tell } from './tell.ts'

// In English the hub itself says it.
const MENDS: Texts<Readonly<Record<string, string>>> = { en: {}, ru: MENDS_RUSSIAN }

export function tellCause(cause: string): string {
  return tell(CAUSE_TEXT, cause)
}

/** What to do about a refusal. */
export function tellMend({ cause, mend }: { readonly cause: string; readonly mend: string }): string {
  return read(MENDS)[cause] ?? mend
}
