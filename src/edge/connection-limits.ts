import { createRequire } from 'node:module'
import type { RateLimiterMemory } from 'rate-limiter-flexible'
import type { RefusalCause } from '../refusal.ts'

// The one file of it: with its clients of a dozen databases it has 36.
const Limiter = createRequire(import.meta.url)(
  'rate-limiter-flexible/lib/RateLimiterMemory.js',
) as typeof RateLimiterMemory

export interface ConnectionLimitsOptions {
  readonly connections: number
  /** 0: no limit. */
  readonly connectionsPerAddress: number
  readonly halfOpen: number
  readonly halfOpenPerAddress: number
  readonly newConnectionsPerAddressPerSecond: number
}

/** What one connection occupies; half-open until it has shown who it is. */
export interface ConnectionSlot {
  markOpen(): void
  release(): void
}

export interface LimitReached {
  readonly cause: RefusalCause
  /** The limit, by its setting. */
  readonly expected: string
}

/** Counts connections in all and by address, over every listener; a fleet behind one address is normal. */
export class ConnectionLimits {
  readonly #options: ConnectionLimitsOptions
  readonly #open = new Census()
  readonly #halfOpen = new Census()
  readonly #rate: RateLimiterMemory

  constructor(options: ConnectionLimitsOptions) {
    this.#options = options
    this.#rate = new Limiter({ points: options.newConnectionsPerAddressPerSecond, duration: 1 })
  }

  /** Takes a slot, or names the limit that is reached. */
  async take(address: string): Promise<ConnectionSlot | LimitReached> {
    const withinRate = await this.#rate.consume(address).then(
      () => true,
      () => false,
    )
    return this.#findReached(address, withinRate) ?? this.#occupy(address)
  }

  #findReached(address: string, withinRate: boolean): LimitReached | undefined {
    const { connections, connectionsPerAddress, halfOpen, halfOpenPerAddress } = this.#options
    if (this.#open.total >= connections) return hubIsFull(connections, 'connections')
    if (this.#halfOpen.total >= halfOpen) return hubIsFull(halfOpen, 'half_open')
    if (!withinRate) {
      return addressIsFull(this.#options.newConnectionsPerAddressPerSecond, 'new_connections_per_address_per_second')
    }
    if (connectionsPerAddress > 0 && this.#open.of(address) >= connectionsPerAddress) {
      return addressIsFull(connectionsPerAddress, 'connections_per_address')
    }
    if (this.#halfOpen.of(address) < halfOpenPerAddress) return undefined
    return addressIsFull(halfOpenPerAddress, 'half_open_per_address')
  }

  #occupy(address: string): ConnectionSlot {
    this.#open.add(address)
    this.#halfOpen.add(address)
    let halfOpen = true
    let released = false
    const markOpen = (): void => {
      if (halfOpen) this.#halfOpen.remove(address)
      halfOpen = false
    }
    const release = (): void => {
      if (released) return
      released = true
      markOpen()
      this.#open.remove(address)
    }
    return { markOpen, release }
  }
}

class Census {
  total = 0
  readonly #byAddress = new Map<string, number>()

  of(address: string): number {
    return this.#byAddress.get(address) ?? 0
  }

  add(address: string): void {
    this.total++
    this.#byAddress.set(address, this.of(address) + 1)
  }

  remove(address: string): void {
    this.total--
    const left = this.of(address) - 1
    if (left > 0) this.#byAddress.set(address, left)
    else this.#byAddress.delete(address)
  }
}

function hubIsFull(limit: number, setting: string): LimitReached {
  return { cause: 'hub_over_limit', expected: atMost(limit, setting) }
}

function addressIsFull(limit: number, setting: string): LimitReached {
  return { cause: 'address_over_limit', expected: atMost(limit, setting) }
}

function atMost(limit: number, setting: string): string {
  return `at most ${limit} by limits.${setting}`
}
