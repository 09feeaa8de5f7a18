import type { Clock } from '../clock.ts'
import type { Identity } from '../registry/identity.ts'

export interface FlappingLimits {
  /** 0: nobody is banned. */
  readonly flappingConnects: number
  readonly flappingSeconds: number
  readonly flappingBanSeconds: number
}

type Holder = Pick<Identity, 'kind' | 'id'>

interface Ban {
  readonly holder: Holder
  readonly since: Date
  readonly until: Date
  /** The connection whose end began it. */
  readonly cause: object
}

/**
 * Who loses connections, or is refused, so often that it is refused for a while. Registered devices and services alone are
 * known to it, so strangers cannot make it grow, and what is over is forgotten.
 */
export class FlappingBans {
  readonly #limits: FlappingLimits
  readonly #clock: Clock
  /** Milliseconds since the epoch, oldest first; those who lost one last are last. */
  readonly #losses = new Map<string, readonly number[]>()
  /** Those that end first are first. */
  readonly #bans = new Map<string, Ban>()

  constructor(limits: FlappingLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** How many it has in mind. */
  get size(): number {
    return this.#losses.size + this.#bans.size
  }

  /** Counts the end of this connection; the end of the ban that begins with it, if one does. */
  count(holder: Holder, connection: object): Date | undefined {
    const { flappingConnects, flappingSeconds, flappingBanSeconds } = this.#limits
    const now = this.#clock().getTime()
    const begin = now - flappingSeconds * 1000
    this.#forgetOver(now, begin)
    const key = keyOf(holder)
    // A ban is not prolonged by those who run into it.
    if (flappingConnects === 0 || this.#bans.has(key)) return undefined
    const losses = [...(this.#losses.get(key) ?? []).filter((at) => at > begin), now]
    this.#losses.delete(key)
    if (losses.length < flappingConnects) {
      this.#losses.set(key, losses)
      return undefined
    }
    const until = new Date(now + flappingBanSeconds * 1000)
    const { kind, id } = holder
    this.#bans.set(key, { holder: { kind, id }, since: new Date(now), until, cause: connection })
    return until
  }

  /** The end of its ban; none while it may connect. */
  until(holder: Holder): Date | undefined {
    return this.#banOf(holder)?.until
  }

  /** A ban lets no will be said but that of the connection with whose loss it began: its watchers learn that it is gone. */
  forbidsWill(holder: Holder, connection: object): boolean {
    const ban = this.#banOf(holder)
    return ban !== undefined && ban.cause !== connection
  }

  /** Those that hold now. */
  list(): readonly (Pick<Ban, 'since' | 'until'> & { readonly holder: Holder })[] {
    const now = this.#clock()
    return [...this.#bans.values()].filter(({ until }) => until > now)
  }

  /** Whether there was one. */
  lift(holder: Holder): boolean {
    this.#losses.delete(keyOf(holder))
    return this.#bans.delete(keyOf(holder))
  }

  #banOf(holder: Holder): Ban | undefined {
    const ban = this.#bans.get(keyOf(holder))
    return ban && ban.until > this.#clock() ? ban : undefined
  }

  #forgetOver(now: number, begin: number): void {
    for (const [key, { until }] of this.#bans) {
      if (until.getTime() > now) break
      this.#bans.delete(key)
    }
    for (const [key, losses] of this.#losses) {
      if ((losses.at(-1) ?? 0) > begin) break
      this.#losses.delete(key)
    }
  }
}

function keyOf({ kind, id }: Holder): string {
  return `${kind}:${id}`
}
