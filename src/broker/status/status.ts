import { getHeapStatistics } from 'node:v8'
import type { Clock } from '../../clock.ts'
import { matches } from '../../topic.ts'
import type { Message } from '../delivery/message.ts'
import { encodePublish } from '../delivery/wire.ts'
import { type FigureSources, readFigures, readFlow } from './figures.ts'
import { Loads } from './loads.ts'
import { formatSysTopics, SYS_TOPICS } from './sys-topics.ts'

export interface StatusOptions extends FigureSources {
  readonly version: string
  readonly clock: Clock
}

/**
 * What the broker tells of itself under $SYS, to those who may read it: as if each value were retained, and in memory
 * alone. While nobody subscribes to it, only the averages are kept.
 */
export class Status {
  readonly #options: StatusOptions
  readonly #startedAt: number
  readonly #loads = new Loads()
  #updatedAt: number
  #heapBytesAtMost = 0
  /** What every subscriber has been told. */
  #told: ReadonlyMap<string, string> | undefined

  constructor(options: StatusOptions) {
    this.#options = options
    this.#startedAt = options.clock().getTime()
    this.#updatedAt = this.#startedAt
  }

  /** The current values, for a new subscription. */
  async find(topicFilter: string): Promise<readonly Message[]> {
    if (!isOfStatus(topicFilter)) return []
    this.#told ??= await this.#read()
    return [...this.#told].filter(([topic]) => matches(topicFilter, topic)).map(createMessage)
  }

  /** To be called at every interval: averages go on, and subscribers are sent what has changed. */
  async update(): Promise<void> {
    this.#updateLoads()
    const former = this.#told
    this.#told = this.#hasSubscribers() ? await this.#read() : undefined
    for (const entry of this.#told ?? []) if (former?.get(entry[0]) !== entry[1]) this.#publish(createMessage(entry))
  }

  #updateLoads(): void {
    const now = this.#options.clock().getTime()
    const seconds = (now - this.#updatedAt) / 1000
    this.#updatedAt = now
    // A clock that was set back says nothing of how long it took.
    if (seconds > 0) this.#loads.update(readFlow(this.#options), seconds)
  }

  #hasSubscribers(): boolean {
    return SYS_TOPICS.some((topic) => this.#options.router.plan(topic).length > 0)
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    const { clock, version } = this.#options
    const stored = await this.#options.sessions.count()
    const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics()
    const heapBytes = heap + buffers
    this.#heapBytesAtMost = Math.max(this.#heapBytesAtMost, heapBytes)
    return formatSysTopics({
      figures: readFigures(this.#options, stored),
      loads: this.#loads,
      version,
      uptimeSeconds: Math.floor((clock().getTime() - this.#startedAt) / 1000),
      heapBytes,
      heapBytesAtMost: this.#heapBytesAtMost,
    })
  }

  #publish(message: Message): void {
    const bytes = encodePublish(message)
    for (const { subscriber } of this.#options.router.plan(message.topic))
      subscriber.deliver(message.topic, bytes, message.payload.length)
  }
}

// [MQTT-4.7.2-1]: a wildcard in the first level reaches none of it
export function isOfStatus(topicFilter: string): boolean {
  return topicFilter.startsWith('$SYS/')
}

function createMessage([topic, text]: readonly [string, string]): Message {
  return { topic, payload: Buffer.from(text), qos: 0, retain: false }
}
