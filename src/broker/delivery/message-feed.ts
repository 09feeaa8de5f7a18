import type { Message } from './message.ts'

/** A message that was accepted, and who published it. */
export interface AcceptedMessage extends Message {
  readonly clientId: string
}

export type MessageListener = (message: AcceptedMessage) => void

/** Shows what was accepted to those who watch: none of them can hold it up, change it or make it fail. */
export class MessageFeed {
  readonly #listeners = new Set<MessageListener>()
  readonly #onFailure: (error: unknown) => void

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure
  }

  subscribe(listener: MessageListener): Disposable {
    // A listener of its own for each subscription: the same function may watch twice.
    const watch: MessageListener = (message) => listener(message)
    this.#listeners.add(watch)
    return { [Symbol.dispose]: () => void this.#listeners.delete(watch) }
  }

  show(message: Message, clientId: string): void {
    for (const listener of this.#listeners) {
      try {
        // Whoever keeps the parser's own bytes keeps 64 kB for each message, and whoever writes on them changes it.
        listener({ ...message, payload: Buffer.from(message.payload), clientId })
      } catch (error) {
        this.#onFailure(error)
      }
    }
  }
}
