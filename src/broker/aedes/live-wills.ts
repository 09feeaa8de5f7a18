import type { Message } from '../delivery/message.ts'
import type { DeliveryStores } from '../delivery/ports.ts'

/** The wills of connected clients, kept so that the end of the process is the end of a connection too. */
export class LiveWills {
  readonly #wills: DeliveryStores['wills']
  readonly #journal: DeliveryStores['journal']
  /** Aedes names a will by its client id, under which a later connection may have put its own by then. */
  readonly #holders = new Map<string, object>()

  constructor({ wills, journal }: Pick<DeliveryStores, 'wills' | 'journal'>) {
    this.#wills = wills
    this.#journal = journal
  }

  put(clientId: string, connection: object, will: Message, fingerprint: string): void {
    this.#journal.write(() => this.#wills.save(clientId, will, fingerprint))
    this.#holders.set(clientId, connection)
  }

  /** Within the transaction that publishes it; where the store fails, those who are there are told all the same. */
  take(clientId: string, connection: object): void {
    if (this.#holders.get(clientId) !== connection) return
    this.#holders.delete(clientId)
    this.#journal.writeSurely(() => this.#wills.remove(clientId))
  }

  /** Of a connection that ended without it being said. */
  drop(clientId: string, connection: object): void {
    if (this.#holders.get(clientId) === connection) this.forget(clientId)
  }

  forget(clientId: string): void {
    this.#holders.delete(clientId)
    if (this.#wills.has(clientId)) this.#journal.writeSurely(() => this.#wills.remove(clientId))
  }
}
