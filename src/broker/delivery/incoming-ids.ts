import type { IncomingState, Journal } from './ports.ts'

/** [MQTT-4.3.3-2]: the QoS 2 packet identifiers a client has in use, from their PUBLISH until their PUBREL. */
export interface IncomingIds {
  has(messageId: number): boolean
  /** In this turn's transaction, beside the message itself. */
  add(messageId: number): void
  /** What was added in a turn that failed. */
  forget(messageId: number): void
  remove(messageId: number): void
}

/** Of a session that ends with its connection. */
export class TransientIds implements IncomingIds {
  readonly #messageIds = new Set<number>()

  has(messageId: number): boolean {
    return this.#messageIds.has(messageId)
  }

  add(messageId: number): void {
    this.#messageIds.add(messageId)
  }

  forget(messageId: number): void {
    this.#messageIds.delete(messageId)
  }

  remove(messageId: number): void {
    this.#messageIds.delete(messageId)
  }
}

/** Of a session that outlives its connections: asked in memory, kept in the store. */
export class StoredIds implements IncomingIds {
  readonly #sid: number
  readonly #store: IncomingState
  readonly #journal: Journal
  readonly #messageIds: Set<number>

  constructor(sid: number, store: IncomingState, journal: Journal) {
    this.#sid = sid
    this.#store = store
    this.#journal = journal
    this.#messageIds = new Set(store.idsOf(sid))
  }

  has(messageId: number): boolean {
    return this.#messageIds.has(messageId)
  }

  add(messageId: number): void {
    this.#journal.write(() => this.#store.add(this.#sid, messageId))
    this.#messageIds.add(messageId)
  }

  forget(messageId: number): void {
    this.#messageIds.delete(messageId)
  }

  remove(messageId: number): void {
    this.#messageIds.delete(messageId)
    this.#journal.writeSurely(() => this.#store.remove(this.#sid, messageId))
  }
}
