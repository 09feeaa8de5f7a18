export type Exact<Parsed> = { [Name in keyof Parsed]: Exclude<Parsed[Name], undefined> }

/** zod types an optional property as possibly `undefined`; in the domain it is there or absent. */
export function exact<Parsed extends object>(parsed: Parsed): Exact<Parsed> {
  // Object.fromEntries forgets which properties there were.
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined)) as Exact<Parsed>
}
