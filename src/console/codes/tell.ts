import { read, type Texts } from '../language.ts'

/** The text of a code; the code itself where there is none: what the hub has kept may be of another version. */
export function tell(texts: Texts<Readonly<Record<string, string>>>, code: string): string {
  const known = read(texts)
  return (Object.hasOwn(known, code) ? known[code] : undefined) ?? code
}
