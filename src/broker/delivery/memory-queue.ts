import { asQueued, type Message, type QueuedMessage } from './message.ts'
import type { Queue, QueueMeasure } from './ports.ts'
import { sizeOf } from './queue-bounds.ts'

/** The queue of a session that ends with its connection. */
export class MemoryQueue implements Queue {
  // In the order of their numbers, because that is the order in which they are put in.
  readonly #messages = new Map<number, QueuedMessage>()

  measure(): QueueMeasure {
    const bytes = this.#messages.values().reduce((sum, message) => sum + sizeOf(message), 0)
    return { last: 0, messages: this.#messages.size, bytes }
  }

  append(n: number, message: Message): void {
    this.#messages.set(n, asQueued(message, n))
  }

  page(after: number, limit: number): readonly QueuedMessage[] {
    return this.#messages
      .values()
      .filter(({ n }) => n > after)
      .take(limit)
      .toArray()
  }

  release(n: number): void {
    const message = this.#messages.get(n)
    if (message) this.#messages.set(n, { ...message, released: true })
  }

  remove(n: number): void {
    this.#messages.delete(n)
  }

  rollBack(after: number): void {
    for (const n of this.#messages.keys()) if (n > after) this.#messages.delete(n)
  }
}
