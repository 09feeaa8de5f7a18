export interface AlternationLimits {
  readonly windowSeconds: number
  /** How often one comes back to a network it was in before: A, B, A, B, A is three times. */
  readonly returns: number
}

export interface Alternation {
  /** Those it was in within the window, in the order it first came from them. */
  readonly networks: readonly string[]
  readonly returns: number
}

interface Trail {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly visits: readonly Visit[]
  readonly returns: readonly number[]
}

interface Visit {
  readonly network: string
  readonly at: number
}

const CAPACITY = 50_000
const MAX_VISITS = 32

/**
 * Which certificates are seen from networks in turn. Who moves changes its network and stays; two who share a key take
 * turns. Those of known certificates alone come here, the newest ones are kept, and what is older than the window is not.
 */
export class Alternations {
  readonly #limits: AlternationLimits
  /** Those seen last are last. */
  readonly #trails = new Map<string, Trail>()

  constructor(limits: AlternationLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#trails.size
  }

  /** What is to be told of it, once it has taken turns often enough; then it is counted from the beginning. */
  note(fingerprint: string, network: string, now: number): Alternation | undefined {
    const since = now - this.#limits.windowSeconds * 1000
    this.#forgetUntil(since)
    const { visits, returns } = walk(this.#trails.get(fingerprint), { network, at: now }, since)
    const isReached = returns.length >= this.#limits.returns && !isWandering(visits, returns.length)
    this.#keep(fingerprint, isReached ? begin({ network, at: now }) : { at: now, visits, returns })
    if (!isReached) return undefined
    return { networks: [...new Set(visits.map((visit) => visit.network))], returns: returns.length }
  }

  #keep(fingerprint: string, trail: Trail): void {
    this.#trails.delete(fingerprint)
    this.#trails.set(fingerprint, trail)
    const [oldest] = this.#trails.keys()
    if (this.#trails.size > CAPACITY && oldest !== undefined) this.#trails.delete(oldest)
  }

  #forgetUntil(since: number): void {
    for (const [fingerprint, { at }] of this.#trails) {
      if (at > since) break
      this.#trails.delete(fingerprint)
    }
  }
}

function begin(visit: Visit): Trail {
  return { at: visit.at, visits: [visit], returns: [] }
}

/**
 * A carrier that gives another exit at each attach leads back to some of them by chance. Of two hands one stays where it is:
 * every second visit is to its network, however many the other comes from.
 */
function isWandering(visits: readonly Visit[], returns: number): boolean {
  const counts = Map.groupBy(visits, ({ network }) => network)
  if (counts.size <= 2) return false
  const most = Math.max(...[...counts.values()].map(({ length }) => length))
  return returns <= counts.size || most * 2 < visits.length
}

function walk(trail: Trail | undefined, visit: Visit, since: number): Trail {
  if (!trail) return begin(visit)
  const returns = trail.returns.filter((at) => at > since)
  const isStaying = trail.visits.at(-1)?.network === visit.network
  // That it is still there, however long it was before it said so again, is no change.
  if (isStaying) return { at: visit.at, visits: [...trail.visits.slice(0, -1), visit], returns }
  const visits = trail.visits.filter(({ at }) => at > since)
  const isReturn = visits.some(({ network }) => network === visit.network)
  return {
    at: visit.at,
    visits: [...visits, visit].slice(-MAX_VISITS),
    returns: isReturn ? [...returns, visit.at] : returns,
  }
}
