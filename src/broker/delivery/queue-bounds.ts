import type { Clock } from '../../clock.ts'
import type { Losses, LossReason } from './losses.ts'
import type { Message, QueuedMessage } from './message.ts'
import type { Queue, QueueMeasure } from './ports.ts'

export interface QueueLimits {
  readonly queueMessages: number
  readonly queueBytes: number
  readonly queueAgeMs: number
  readonly clock: Clock
}

export interface QueueBoundsOptions {
  readonly clientId: string
  readonly queue: Queue
  /** Whether it is empty, as that of a session that begins is: it need not be counted. */
  readonly isEmpty?: boolean
  readonly limits: QueueLimits
  readonly losses: Losses
}

/** How much may wait for one session; past it the oldest that was not sent yet is dropped, and counted. */
export class QueueBounds {
  readonly #options: QueueBoundsOptions
  /** Counted when it is first asked for: a start reads no queue. */
  #measure: Pick<QueueMeasure, 'messages' | 'bytes'> | undefined

  constructor(options: QueueBoundsOptions) {
    this.#options = options
    if (options.isEmpty) this.#measure = { messages: 0, bytes: 0 }
  }

  measure(): Pick<QueueMeasure, 'messages' | 'bytes'> {
    this.#measure ??= this.#options.queue.measure()
    return this.#measure
  }

  /** Called when the queue has it already. */
  add(message: Message): void {
    if (this.#measure) this.#change(1, sizeOf(message))
    else this.#measure = this.#options.queue.measure()
  }

  subtract(message: Message): void {
    this.#change(-1, -sizeOf(message))
  }

  forget(): void {
    this.#measure = undefined
  }

  isTooOld({ queuedAt }: QueuedMessage): boolean {
    const { clock, queueAgeMs } = this.#options.limits
    return queuedAt + queueAgeMs < clock().getTime()
  }

  enforce(sentUpTo: number, onDropped: (n: number) => void): void {
    const { clientId, queue, losses } = this.#options
    for (let exceeded = this.#exceeded(); exceeded; exceeded = this.#exceeded()) {
      const [oldest] = queue.page(sentUpTo, 1)
      if (!oldest) return
      queue.remove(oldest.n)
      this.subtract(oldest)
      losses.count(exceeded, clientId)
      onDropped(oldest.n)
    }
  }

  #exceeded(): LossReason | undefined {
    const { queueMessages, queueBytes } = this.#options.limits
    if (!this.#measure) return undefined
    if (this.#measure.messages > queueMessages) return 'queue_messages'
    return this.#measure.bytes > queueBytes ? 'queue_bytes' : undefined
  }

  #change(messages: number, bytes: number): void {
    if (!this.#measure) return
    this.#measure = { messages: this.#measure.messages + messages, bytes: this.#measure.bytes + bytes }
  }
}

export function sizeOf({ topic, payload }: Pick<Message, 'topic' | 'payload'>): number {
  return topic.length + payload.length
}
