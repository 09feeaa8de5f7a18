import { read, type Texts } from '../language.ts'
import { PROBLEMS_RUSSIAN } from './problems-russian.ts'
import { tell } from './tell.ts'

const PROBLEMS: Texts<Readonly<Record<string, string>>> = { en: {}, ru: PROBLEMS_RUSSIAN }

/** What a problem is called: in English as the hub says it. */
export function tellProblem({ code, title }: { readonly code: string; readonly title: string }): string {
  return read(PROBLEMS)[code] ?? title
}

/** The code of a problem of which nothing else is known. */
export function tellProblemCode(code: string): string {
  return tell(PROBLEMS, code)
}
