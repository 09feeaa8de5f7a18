import type { FindingCode, FindingWords } from '../../finding.ts'
import { language } from '../language.ts'
import { FINDINGS_RUSSIAN } from './findings-russian.ts'

/** A finding as the API tells it: a newer hub may find what this console has no words for. */
export interface ToldFinding {
  readonly code: string
  readonly values: Readonly<Record<string, unknown>>
  readonly detail: string
  readonly mend?: string | null
}

export interface FindingWording {
  readonly detail: string
  /** None where there is nothing to do. */
  readonly mend: string | undefined
}

/** In English the hub itself says it. */
export function tellFinding({ code, values, detail, mend }: ToldFinding): FindingWording {
  if (language.value === 'en' || !isKnown(code)) return { detail, mend: mend ?? undefined }
  // What belongs to a code comes with it.
  const [said, todo] = FINDINGS_RUSSIAN[code](values as never)
  return { detail: said, mend: mend === null ? undefined : todo }
}

function isKnown(code: string): code is keyof FindingWords & FindingCode {
  return Object.hasOwn(FINDINGS_RUSSIAN, code)
}
