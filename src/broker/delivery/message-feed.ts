import type { Message } from './message.ts'

/** A message that was accepted, and who published it. */
export interface AcceptedMessage extends Message {
  readonly clientId: string
}

export type MessageListener = (message: AcceptedMessage) => void

interface Watch {
  readonly listener: MessageListener
  readonly topicEnding: string
  readonly isWanted: (topicName: string) => boolean
}

/** Shows what was accepted to those who watch: none of them can hold it up, change it or make it fail. */
export class MessageFeed {
  readonly #watches = new Set<Watch>()
  readonly #onFailure: (error: unknown) => void

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure
  }

  isWatched(topicName: string): boolean {
    for (const watch of this.#watches) if (wants(watch, topicName)) return true
    return false
  }

  /** Who watches for one ending of topics costs the messages of other topics next to nothing. */
  subscribe(listener: MessageListener, topicEnding = '', isWanted: Watch['isWanted'] = () => true): Disposable {
    const watch = { listener, topicEnding, isWanted }
    this.#watches.add(watch)
    return { [Symbol.dispose]: () => void this.#watches.delete(watch) }
  }

  show(message: Message, clientId: string): void {
    for (const watch of this.#watches) {
      if (!wants(watch, message.topic)) continue
      const { listener } = watch
      try {
        // Whoever keeps the parser's own bytes keeps 64 kB for each message, and whoever writes on them changes it.
        listener({ ...message, payload: Buffer.from(message.payload), clientId })
      } catch (error) {
        this.#onFailure(error)
      }
    }
  }
}

function wants({ topicEnding, isWanted }: Watch, topicName: string): boolean {
  return topicName.endsWith(topicEnding) && isWanted(topicName)
}
