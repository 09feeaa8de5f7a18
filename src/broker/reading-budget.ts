import type { Clock } from '../clock.ts'
import type { Identity } from '../registry/identity.ts'
import type { FrameMeter } from './frame-meter.ts'

/** How much is read from one device in a second, over all its connections; 0 is no limit. */
export interface ReadingLimits {
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
}

export type ReadingLimit = 'messages_per_second' | 'bytes_per_second'

/** A connection that is not read from for now. */
export interface Waiter {
  goOn(): void
  /** Told at least once a second while it waits. */
  wait(): void
}

// MQTT 3.1.1 §2.2.1: the packet type is in the upper four bits
const PUBLISH = 3
// A pause for each message would cost more than the messages.
const SHORTEST_PAUSE_MS = 50

/** What the connections of one device may send together; those that have to wait are served in turn. */
export class ReadingBudget {
  readonly #messages: Bucket
  readonly #bytes: Bucket
  readonly #waiting = new Set<Waiter>()
  #scarce: ReadingLimit = 'bytes_per_second'
  #isServing = false
  #timer: NodeJS.Timeout | undefined

  constructor({ messagesPerSecond, bytesPerSecond }: ReadingLimits, clock: Clock) {
    this.#messages = new Bucket(messagesPerSecond, clock)
    this.#bytes = new Bucket(bytesPerSecond, clock)
  }

  /** Which of the limits held somebody up last. */
  get scarce(): ReadingLimit {
    return this.#scarce
  }

  /** How much of the chunk may be handed on now; PUBLISH packets count as messages, everything as bytes. */
  take(chunk: Buffer, meter: FrameMeter): number {
    if (this.#waiting.size > 0 && !this.#isServing) return 0
    const within = Math.min(chunk.length, this.#bytes.available)
    this.#scarce = 'bytes_per_second'
    const passed = meter.follow(chunk.subarray(0, within), (firstByte) => firstByte >> 4 !== PUBLISH || this.#begin())
    // What is no MQTT ends the connection when it is handed on.
    if (typeof passed === 'string') return chunk.length
    this.#bytes.take(passed)
    return passed
  }

  wait(waiter: Waiter): void {
    this.#waiting.add(waiter)
    this.#timer ??= this.#arm()
  }

  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter)
    if (this.#waiting.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #begin(): boolean {
    if (this.#messages.available < 1) {
      this.#scarce = 'messages_per_second'
      return false
    }
    this.#messages.take(1)
    return true
  }

  #arm(): NodeJS.Timeout {
    const pauseMs = Math.max(SHORTEST_PAUSE_MS, this.#messages.millisecondsToOne, this.#bytes.millisecondsToOne)
    return setTimeout(() => this.#serveNext(), pauseMs)
  }

  #serveNext(): void {
    this.#timer = undefined
    for (const waiter of this.#waiting) waiter.wait()
    const [next] = this.#waiting
    if (next) this.#waiting.delete(next)
    this.#isServing = true
    next?.goOn()
    this.#isServing = false
    if (this.#waiting.size > 0) this.#timer ??= this.#arm()
  }
}

/** Holds what may be used in one second, and fills up again in as much time. */
class Bucket {
  readonly #perSecond: number
  readonly #clock: Clock
  #level: number
  #filledAt: number

  /** 0 is without limit. */
  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond === 0 ? Number.POSITIVE_INFINITY : perSecond
    this.#clock = clock
    this.#level = this.#perSecond
    this.#filledAt = clock().getTime()
  }

  get available(): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return this.#perSecond
    const now = this.#clock().getTime()
    // A clock that is set back gives nothing, and takes nothing.
    const elapsedMs = Math.max(0, now - this.#filledAt)
    this.#filledAt = now
    this.#level = Math.min(this.#perSecond, this.#level + (this.#perSecond * elapsedMs) / 1000)
    return Math.floor(this.#level)
  }

  get millisecondsToOne(): number {
    return this.available >= 1 ? 0 : Math.ceil(((1 - this.#level) * 1000) / this.#perSecond)
  }

  take(amount: number): void {
    this.#level -= amount
  }
}

type Device = Pick<Identity, 'kind' | 'id'>

interface Shared {
  readonly budget: ReadingBudget
  connections: number
}

// A budget that nobody uses is whole again after it.
const REST_MS = 1000

/** The budget of every device that is connected, and of those that have just left: to come back at once gains nothing. */
export class ReadingBudgets {
  readonly #limits: ReadingLimits
  readonly #clock: Clock
  readonly #shared = new Map<string, Shared>()
  /** Since when each has been without a connection, in that order. */
  readonly #resting = new Map<string, number>()

  constructor(limits: ReadingLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  get size(): number {
    return this.#shared.size
  }

  join(device: Device): ReadingBudget {
    this.#forgetRested()
    const key = keyOf(device)
    const shared = this.#shared.get(key) ?? { budget: new ReadingBudget(this.#limits, this.#clock), connections: 0 }
    shared.connections++
    this.#shared.set(key, shared)
    this.#resting.delete(key)
    return shared.budget
  }

  leave(device: Device): void {
    const key = keyOf(device)
    const shared = this.#shared.get(key)
    if (!shared) return
    shared.connections--
    if (shared.connections === 0) this.#resting.set(key, this.#clock().getTime())
  }

  #forgetRested(): void {
    const rested = this.#clock().getTime() - REST_MS
    for (const [key, since] of this.#resting) {
      if (since > rested) return
      this.#resting.delete(key)
      this.#shared.delete(key)
    }
  }
}

function keyOf({ kind, id }: Device): string {
  return `${kind}:${id}`
}
