import type { Identity } from '../../registry/identity.ts'
import type { Message, QoS, QueuedMessage } from './message.ts'

/** All that is written in one turn of the event loop, committed at its end: kept as a whole, or not at all. */
export interface Journal {
  /** Runs at once, in the turn's transaction; throws when it fails, and the whole turn fails with it. */
  write(work: () => void): void
  /** Throws nothing: what fails is repeated until it is committed. */
  writeSurely(work: () => void): void
  /** Calls back once the turn is committed, or has failed. */
  settled(callback: (error?: Error) => void): void
}

/** What waits for one session, in the order of its numbers. */
export interface Queue {
  measure(): QueueMeasure
  append(n: number, message: Message): void
  page(after: number, limit: number): readonly QueuedMessage[]
  release(n: number): void
  remove(n: number): void
}

export interface QueueMeasure {
  readonly last: number
  readonly messages: number
  readonly bytes: number
}

/** A session that outlives its connections. */
export interface StoredSession {
  readonly sid: number
  readonly clientId: string
  readonly owner: Pick<Identity, 'kind' | 'id'> | undefined
  /** The last message that was sent to it; none after a crash. */
  readonly lastSent: number | undefined
}

export interface StoredSubscription {
  readonly sid: number
  readonly topicFilter: string
  readonly qos: QoS
}
