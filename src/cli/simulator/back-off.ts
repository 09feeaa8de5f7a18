const FIRST_MILLISECONDS = 1_000
const LONGEST_MILLISECONDS = 60_000

/** How long to wait before attempt number `attempt` (from 0): twice as long each time, anywhere below it, so that a fleet does not return at once. */
export function backOffMilliseconds(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** attempt)
}
