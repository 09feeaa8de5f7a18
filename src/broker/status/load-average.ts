export const LOAD_MINUTES = [1, 5, 15] as const

export type LoadMinutes = (typeof LOAD_MINUTES)[number]

/** How fast a count grows, a minute, averaged as Unix averages its load: the past weighs less the older it is. */
export class LoadAverage {
  readonly #averages: Record<LoadMinutes, number> = { 1: 0, 5: 0, 15: 0 }
  #count = 0

  /** `seconds` have passed since it was told the last time, or made. */
  update(count: number, seconds: number): void {
    const rate = ((count - this.#count) * 60) / seconds
    this.#count = count
    for (const minutes of LOAD_MINUTES) {
      const weight = Math.exp(-seconds / (minutes * 60))
      this.#averages[minutes] = this.#averages[minutes] * weight + rate * (1 - weight)
    }
  }

  over(minutes: LoadMinutes): number {
    return this.#averages[minutes]
  }
}
