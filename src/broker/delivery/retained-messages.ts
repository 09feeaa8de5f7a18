import type { Losses, LossReason } from './losses.ts'
import type { Message } from './message.ts'
import type { Journal, RetainedState, StoreRoom } from './ports.ts'
import { sizeOf } from './queue-bounds.ts'

export interface RetainedLimits {
  readonly retainedMessages: number
  readonly retainedBytes: number
}

export interface RetainedMessagesOptions {
  readonly store: RetainedState
  readonly journal: Journal
  readonly limits: RetainedLimits
  readonly losses: Losses
  readonly room: StoreRoom
}

/** MQTT 3.1.1 §3.3.1.3: the last message of each topic that was published to be retained, within bounds. */
export class RetainedMessages {
  readonly #options: RetainedMessagesOptions
  /** Counted when something is first retained: a start reads none of it. */
  #measure: { readonly messages: number; readonly bytes: number } | undefined

  constructor(options: RetainedMessagesOptions) {
    this.#options = options
  }

  find(topicFilter: string): Iterable<Pick<Message, 'topic' | 'payload' | 'qos'>> {
    return this.#options.store.find(topicFilter)
  }

  measure(): { readonly messages: number; readonly bytes: number } {
    this.#measure ??= this.#options.store.measure()
    return this.#measure
  }

  /** Throws when the turn has failed. */
  keep(message: Message, clientId: string): void {
    const { store, journal, losses } = this.#options
    const { messages, bytes } = this.measure()
    const former = store.sizeOf(message.topic)
    // [MQTT-3.3.1-10]: an empty payload removes the message that is kept
    const { topic, payload, qos } = message
    const isRemoval = payload.length === 0
    if (isRemoval && former === undefined) return
    const after = {
      messages: messages + (isRemoval ? -1 : former === undefined ? 1 : 0),
      bytes: bytes + (isRemoval ? 0 : sizeOf(message)) - (former ?? 0),
    }
    const exceeded = isRemoval ? undefined : this.#exceeded(after)
    if (exceeded) {
      losses.count(exceeded, clientId)
      return
    }
    journal.write(() => (isRemoval ? store.remove(topic) : store.save({ topic, payload, qos })))
    this.#measure = after
    journal.settled((error) => {
      if (error) this.#measure = undefined
    })
  }

  /** Removes every one that the filter matches. */
  drop(topicFilter: string): void {
    const topics = [...this.find(topicFilter)].map(({ topic }) => topic)
    this.#measure = undefined
    this.#options.journal.writeSurely(() => {
      for (const topic of topics) this.#options.store.remove(topic)
    })
  }

  #exceeded({ messages, bytes }: { readonly messages: number; readonly bytes: number }): LossReason | undefined {
    const { limits, room } = this.#options
    const { retainedMessages, retainedBytes } = limits
    if (room.isFull) return 'store_bytes'
    if (messages > retainedMessages) return 'retained_messages'
    return bytes > retainedBytes ? 'retained_bytes' : undefined
  }
}
