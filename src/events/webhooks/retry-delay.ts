const FIRST_MS = 5000
export const LONGEST_DELAY_MS = 3_600_000

/** Milliseconds until the next attempt, after so many: doubled each time up to an hour, and spread so that not all come at once. */
export function retryDelay(attempts: number, random: number, askedForMs = 0): number {
  const longest = Math.min(FIRST_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS)
  return Math.max(Math.round(longest * (0.5 + random / 2)), Math.min(askedForMs, LONGEST_DELAY_MS))
}
