import type { AcceptedMessage } from '../broker/delivery/message-feed.ts'
import { matches } from '../topic.ts'

export interface MessageWish {
  /** Which of those on its topics; any, when left out. */
  readonly where?: (message: AcceptedMessage) => boolean
  /** Milliseconds, 5,000 unless another number is given. */
  readonly timeout?: number
}

const KEPT = 10_000
const TIMEOUT_MS = 5_000

/** What the hub has accepted, in order: the last 10,000 messages. */
export class MessageLog {
  readonly #messages: AcceptedMessage[] = []
  readonly #waiting = new Set<() => void>()

  readonly add = (message: AcceptedMessage): void => {
    this.#messages.push(message)
    if (this.#messages.length > KEPT) this.#messages.shift()
    for (const look of [...this.#waiting]) look()
  }

  list(topicFilter: string): readonly AcceptedMessage[] {
    return this.#messages.filter(({ topic }) => matches(topicFilter, topic))
  }

  /** One that has come already, or the next; rejects after the timeout with what has come instead. */
  async wait(topicFilter: string, { where = () => true, timeout = TIMEOUT_MS }: MessageWish): Promise<AcceptedMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<AcceptedMessage>()
    const look = (): void => {
      try {
        const found = this.list(topicFilter).find(where)
        if (found) resolve(found)
      } catch (error) {
        reject(error)
      }
    }
    const timer = setTimeout(() => reject(new Error(this.#describe(topicFilter, timeout))), timeout)
    this.#waiting.add(look)
    look()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(look)
    }
  }

  #describe(topicFilter: string, timeout: number): string {
    const topics = [...new Set(this.#messages.map(({ topic }) => topic))]
    const seen = topics.length === 0 ? 'nothing was published' : `published were ${topics.join(', ')}`
    return `No message on ${topicFilter} within ${timeout} ms: ${seen}`
  }
}
