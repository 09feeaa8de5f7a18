import { Readable } from 'node:stream'
import type { PublishPacket, Subscription } from 'aedes'
import type { Delivery } from '../delivery/delivery.ts'
import type { Message } from '../delivery/message.ts'
import { isOfStatus, type Status } from '../status/status.ts'
import type { Bindings } from './bindings.ts'
import type { LiveWills } from './live-wills.ts'
import { readMessage } from './packet-message.ts'
import type { ClientRef, Identified, StoredState } from './stored-state.ts'

/** Stands for all the subscriptions of a session that was there before: session present is 1 without reading one. */
export const PRESENT: Subscription = Object.freeze({ topic: 'session/present', qos: 0 })

// Built once: a new message of QoS 2 is told by a rejection, and an error of its own for each costs more than the rest.
const UNKNOWN = Promise.reject(new Error('no such packet'))
UNKNOWN.catch(() => undefined)

/** Answers Aedes' store from what delivery has: what Aedes would deliver by itself it finds empty. */
export class DeliveryState implements StoredState {
  readonly #delivery: Delivery
  readonly #bindings: Bindings
  readonly #wills: LiveWills
  readonly #status: Pick<Status, 'find'>

  constructor(delivery: Delivery, bindings: Bindings, wills: LiveWills, status: Pick<Status, 'find'>) {
    this.#delivery = delivery
    this.#status = status
    this.#bindings = bindings
    this.#wills = wills
  }

  async setup(): Promise<void> {}

  /** The list holds granted ones alone. */
  async addSubscriptions(client: ClientRef, subscriptions: readonly Subscription[]): Promise<void> {
    const session = this.#bindings.of(client)?.session
    if (!session) return
    const added = subscriptions.filter(({ topic }) => !session.topicFilters.has(topic))
    try {
      for (const { topic, qos } of subscriptions) this.#delivery.sessions.subscribe(session, topic, qos)
      await this.#settled()
    } catch (error) {
      for (const { topic } of added) this.#delivery.sessions.unsubscribe(session, topic)
      throw error
    }
  }

  async removeSubscriptions(client: ClientRef, topicFilters: readonly string[]): Promise<void> {
    const session = this.#bindings.of(client)?.session
    if (!session) return
    for (const topicFilter of topicFilters) this.#delivery.sessions.unsubscribe(session, topicFilter)
    await this.#settled()
  }

  async subscriptionsByClient({ id }: ClientRef): Promise<readonly Subscription[]> {
    const opened = this.#bindings.takeFresh(id)
    if (!opened) throw new Error(`${id} has no session`)
    if (opened.waits) await this.#settled()
    return opened.isPresent ? [PRESENT] : []
  }

  /** What was stored under the id was dropped when the client was bound. */
  async cleanSubscriptions({ id }: ClientRef): Promise<void> {
    if (this.#bindings.takeFresh(id)?.waits) await this.#settled()
  }

  outgoingStream(): Readable {
    return emptyStream()
  }

  /** PUBREC: a crash after PUBREL must not repeat the message. */
  async outgoingUpdate(client: ClientRef, { messageId = 0 }: Identified): Promise<void> {
    this.#bindings.of(client)?.session.release(messageId)
    await this.#settled()
  }

  /** PUBACK and PUBCOMP. */
  async outgoingClearMessageId(client: ClientRef, { cmd, messageId = 0 }: Identified): Promise<void> {
    this.#bindings.of(client)?.session.acknowledge(messageId, cmd === 'pubcomp' ? 2 : 1)
  }

  incomingGetPacket(client: ClientRef, packet: Identified): Promise<Identified> {
    const { messageId = 0 } = packet
    if (!this.#bindings.of(client)?.incoming.has(messageId)) return UNKNOWN
    // A message that came twice in one turn is not kept yet.
    return packet.cmd === 'pubrel' ? Promise.resolve(packet) : this.#settled().then(() => packet)
  }

  /** Stored beside the message, when it is published. */
  async incomingStorePacket(): Promise<void> {}

  /** PUBREL: PUBCOMP frees the identifier for another message, which must not be taken for this one after a crash. */
  async incomingDelPacket(client: ClientRef, { messageId = 0 }: Identified): Promise<void> {
    const binding = this.#bindings.of(client)
    if (!binding) return
    binding.incoming.remove(messageId)
    try {
      await this.#settled()
    } catch (error) {
      // Aedes would send PUBCOMP all the same.
      binding.link.close()
      throw error
    }
  }

  /** They end with their session. */
  async cleanIncoming(): Promise<void> {}

  createRetainedStreamCombi(topicFilters: readonly string[]): Readable {
    const { retained } = this.#delivery
    if (topicFilters.some(isOfStatus)) return Readable.from(this.#findWithStatus(topicFilters))
    return Readable.from(topicFilters.values().flatMap((filter) => retained.find(filter)))
  }

  async *#findWithStatus(topicFilters: readonly string[]): AsyncGenerator<Pick<Message, 'topic' | 'payload' | 'qos'>> {
    for (const filter of topicFilters) {
      yield* this.#delivery.retained.find(filter)
      yield* await this.#status.find(filter)
    }
  }

  async putWill(client: ClientRef, will: PublishPacket): Promise<void> {
    const binding = this.#bindings.of(client)
    if (!binding) return
    this.#wills.put(client.id, binding.link, readMessage(will), binding.credential)
    await this.#settled()
  }

  /** At CONNECT; what Aedes drops at the end of a connection was taken when it was published, or dropped with the client. */
  async delWill(client: ClientRef): Promise<void> {
    if (this.#bindings.of(client)) this.#wills.forget(client.id)
  }

  streamWill(): Readable {
    return emptyStream()
  }

  #settled(): Promise<void> {
    const { turn } = this.#delivery
    return new Promise((resolve, reject) => turn.settled((error) => (error ? reject(error) : resolve())))
  }
}

// Not Readable.from: it costs 6 % of a connect.
function emptyStream(): Readable {
  return new Readable({
    objectMode: true,
    read() {
      this.push(null)
    },
  })
}
