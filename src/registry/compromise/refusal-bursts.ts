export interface BurstLimits {
  readonly refusals: number
  readonly windowSeconds: number
}

const CAPACITY = 10_000

/** Who is refused again and again; identities that were established alone come here, and the newest are kept. */
export class RefusalBursts {
  readonly #limits: BurstLimits
  /** Milliseconds since the epoch, oldest first; those refused last are last. */
  readonly #refusals = new Map<string, readonly number[]>()

  constructor(limits: BurstLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#refusals.size
  }

  /** Whether this one makes a burst; then it is counted from the beginning. */
  note(subject: string, now: number): boolean {
    const since = now - this.#limits.windowSeconds * 1000
    this.#forgetUntil(since)
    const refusals = [...(this.#refusals.get(subject) ?? []).filter((at) => at > since), now]
    this.#refusals.delete(subject)
    if (refusals.length >= this.#limits.refusals) return true
    this.#refusals.set(subject, refusals)
    const [oldest] = this.#refusals.keys()
    if (this.#refusals.size > CAPACITY && oldest !== undefined) this.#refusals.delete(oldest)
    return false
  }

  #forgetUntil(since: number): void {
    for (const [subject, refusals] of this.#refusals) {
      if ((refusals.at(-1) ?? 0) > since) break
      this.#refusals.delete(subject)
    }
  }
}
