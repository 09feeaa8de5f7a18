import type { QueuedMessage } from './message.ts'
import type { Queue } from './ports.ts'

const PAGE = 64

/** What follows in a session's queue, read ahead: while a client keeps up, its messages come from here. */
export class QueueTail {
  readonly #queue: Pick<Queue, 'page'>
  #messages: QueuedMessage[] = []
  #isWhole = false

  constructor(queue: Pick<Queue, 'page'>) {
    this.#queue = queue
  }

  /** Whether it is all that follows: what is added to the queue then is added here. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** The first message after this number. */
  peek(after: number): QueuedMessage | undefined {
    if (this.#messages.length === 0 && !this.#isWhole) {
      this.#messages = [...this.#queue.page(after, PAGE)]
      this.#isWhole = this.#messages.length < PAGE
    }
    return this.#messages[0]
  }

  shift(): void {
    this.#messages.shift()
  }

  /** It was dropped from the queue, where it was the oldest. */
  drop(n: number): void {
    if (this.#messages[0]?.n === n) this.#messages.shift()
  }

  push(message: QueuedMessage): void {
    if (this.#messages.length >= PAGE) this.#isWhole = false
    else this.#messages.push(message)
  }

  forget(): void {
    this.#messages = []
    this.#isWhole = false
  }
}
