import type { Refusal } from '../../src/refusal.ts'

/** Keeps what was refused, in order. */
export function createRecorder() {
  const refusals: Refusal[] = []
  return {
    refusals: refusals as readonly Refusal[],
    recordRefusal: (refusal: Refusal) => void refusals.push(refusal),
    get causes() {
      return refusals.map(({ cause }) => cause)
    },
  }
}
