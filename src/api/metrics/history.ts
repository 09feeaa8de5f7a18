/** What is remembered, of which rates are per second. */
export const SERIES = {
  messagesIn: 'rate',
  messagesOut: 'rate',
  connects: 'rate',
  refusals: 'rate',
  connected: 'level',
  rss: 'level',
  eventLoopDelayP99: 'peak',
} as const satisfies Readonly<Record<string, 'rate' | 'level' | 'peak'>>

export type SeriesName = keyof typeof SERIES

// Its keys are all of them: TypeScript forgets that.
export const SERIES_NAMES = Object.keys(SERIES) as readonly SeriesName[]

/** Of a rate, what was counted since the start; of the others the value now. */
export type Reading = Readonly<Record<SeriesName, number>>

export interface HistoryColumns {
  readonly startedAt: Date
  readonly stepSeconds: number
  /** Where each step begins, in milliseconds since the epoch; the last one is not over yet. */
  readonly at: readonly number[]
  /** Null: nothing is known of that time. */
  readonly series: Readonly<Record<SeriesName, readonly (number | null)[]>>
}

export const RANGES = { '1h': { stepSeconds: 10, steps: 360 }, '24h': { stepSeconds: 300, steps: 288 } } as const

export type HistoryRange = keyof typeof RANGES

/** The last day in numbers, in memory of a fixed size: fed from counters that are there, so that no message costs more. */
export class History {
  readonly #startedAt: Date
  readonly #rings: Readonly<Record<HistoryRange, Ring>>
  #last: { readonly at: number; readonly reading: Reading } | undefined

  constructor(startedAt: Date) {
    this.#startedAt = startedAt
    this.#rings = { '1h': new Ring(RANGES['1h']), '24h': new Ring(RANGES['24h']) }
  }

  /** To be called every ten seconds; the first one says only from where the rates begin. */
  add(reading: Reading, now: Date): void {
    const last = this.#last
    const at = now.getTime()
    this.#last = { at, reading }
    // A clock that was set back says nothing of how long it took.
    if (!last || at <= last.at) return
    const seconds = (at - last.at) / 1000
    const values = SERIES_NAMES.map((name) =>
      SERIES[name] === 'rate' ? Math.max(0, reading[name] - last.reading[name]) / seconds : reading[name],
    )
    for (const ring of Object.values(this.#rings)) ring.add(values, last.at, at)
  }

  read(range: HistoryRange, now: Date): HistoryColumns {
    return { startedAt: this.#startedAt, ...this.#rings[range].read(now.getTime()) }
  }
}

interface Step {
  readonly index: number
  readonly sums: number[]
  count: number
}

/** The newest so many steps; each is the mean of what was added in it, or the peak. */
class Ring {
  readonly #stepSeconds: number
  readonly #steps: number
  readonly #kept: (Step | undefined)[]

  constructor({ stepSeconds, steps }: { readonly stepSeconds: number; readonly steps: number }) {
    this.#stepSeconds = stepSeconds
    this.#steps = steps
    this.#kept = Array.from({ length: steps })
  }

  /** What holds from the one time to the other; a timer that is late by less than a step leaves no gap. */
  add(values: readonly number[], from: number, to: number): void {
    const [first, last] = [this.#indexOf(from) + 1, this.#indexOf(to)]
    if (last - first > 1) return this.#put(last, values)
    for (let index = Math.min(first, last); index <= last; index++) this.#put(index, values)
  }

  read(now: number): Omit<HistoryColumns, 'startedAt'> {
    const newest = this.#indexOf(now)
    const indexes = Array.from({ length: this.#steps }, (_, step) => newest - this.#steps + 1 + step)
    const steps = indexes.map((index) => this.#find(index))
    const valuesOf = (name: SeriesName, position: number): readonly (number | null)[] => {
      const isPeak = SERIES[name] === 'peak'
      return steps.map((step) => {
        const sum = step?.sums[position]
        if (!step || sum === undefined) return null
        return isPeak ? sum : sum / step.count
      })
    }
    return {
      stepSeconds: this.#stepSeconds,
      at: indexes.map((index) => index * this.#stepSeconds * 1000),
      // Its keys are the names of the series.
      series: Object.fromEntries(SERIES_NAMES.map((name, position) => [name, valuesOf(name, position)])) as Record<
        SeriesName,
        readonly (number | null)[]
      >,
    }
  }

  #put(index: number, values: readonly number[]): void {
    const step = this.#find(index)
    if (!step) {
      this.#kept[index % this.#steps] = { index, sums: [...values], count: 1 }
      return
    }
    step.count++
    for (const [position, name] of SERIES_NAMES.entries()) {
      const [sum = 0, value = 0] = [step.sums[position], values[position]]
      step.sums[position] = SERIES[name] === 'peak' ? Math.max(sum, value) : sum + value
    }
  }

  #find(index: number): Step | undefined {
    const step = this.#kept[((index % this.#steps) + this.#steps) % this.#steps]
    return step?.index === index ? step : undefined
  }

  #indexOf(time: number): number {
    return Math.floor(time / (this.#stepSeconds * 1000))
  }
}
