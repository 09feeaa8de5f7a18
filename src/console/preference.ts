/** What this browser was told to remember; a browser that keeps nothing is told again each time. */
export function readPreference(name: string): string | undefined {
  try {
    return localStorage.getItem(`signet.${name}`) ?? undefined
  } catch {
    return undefined
  }
}

export function writePreference(name: string, value: string): void {
  try {
    localStorage.setItem(`signet.${name}`, value)
  } catch {
    // Storage is forbidden or full: the choice holds until the page is closed.
  }
}
