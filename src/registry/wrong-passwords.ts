import type { Clock } from '../clock.ts'

interface Count {
  readonly attempts: number
  readonly until: number
}

const MAX_ATTEMPTS = 5
const WINDOW_MS = 60_000
const MAX_COUNTS = 10_000

/** Counts attempts for each user name and address in bounded memory: who guesses shuts out himself, not the device. */
export class WrongPasswords {
  readonly #clock: Clock
  readonly #counts = new Map<string, Count>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  isExhausted(userName: string, address: string): boolean {
    return (this.#find(keyOf(userName, address))?.attempts ?? 0) >= MAX_ATTEMPTS
  }

  note(userName: string, address: string): void {
    const key = keyOf(userName, address)
    const { attempts, until } = this.#find(key) ?? { attempts: 0, until: this.#clock().getTime() + WINDOW_MS }
    this.#counts.set(key, { attempts: attempts + 1, until })
    const [oldest] = this.#counts.keys()
    if (this.#counts.size > MAX_COUNTS && oldest !== undefined) this.#counts.delete(oldest)
  }

  forgive(userName: string, address: string): void {
    this.#counts.delete(keyOf(userName, address))
  }

  #find(key: string): Count | undefined {
    const count = this.#counts.get(key)
    if (!count || count.until > this.#clock().getTime()) return count
    this.#counts.delete(key)
    return undefined
  }
}

function keyOf(userName: string, address: string): string {
  return `${address}\n${userName}`
}
