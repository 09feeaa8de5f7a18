import { Readable } from 'node:stream'
import type { QoS } from '../../broker/delivery/message.ts'
import type { Clock } from '../../clock.ts'
import type { MqttDatabase } from './mqtt-database.ts'
import { type OutgoingPacket, OutgoingPackets } from './outgoing-packets.ts'
import type { StoredPacket } from './packet-row.ts'
import type { Subscription } from './subscription-store.ts'
import type { WillPacket } from './will-store.ts'

interface ClientRef {
  readonly id: string
}

interface SubscriptionRef {
  readonly clientId: string
}

type Will = WillPacket & { readonly brokerId?: string; readonly clientId?: string }

/** Which stored subscriptions a topic reaches, by client id. */
export interface SubscriptionIndex {
  add(topicFilter: string, clientId: string, qos: QoS): void
  remove(topicFilter: string, clientId: string): void
  match(topicName: string): readonly { readonly topicFilter: string; readonly subscriber: string; readonly qos: QoS }[]
}

/** Aedes' persistence interface on SQLite; what changes something resolves when its turn is committed. */
export class AedesPersistence {
  readonly #stores: MqttDatabase
  readonly #index: SubscriptionIndex
  readonly #clock: Clock
  #broker: { readonly id: string } | undefined

  constructor(stores: MqttDatabase, index: SubscriptionIndex, clock: Clock) {
    this.#stores = stores
    this.#index = index
    this.#clock = clock
  }

  get broker(): { readonly id: string } | undefined {
    return this.#broker
  }

  async setup(broker: { readonly id: string }): Promise<void> {
    this.#broker = broker
    const { sessions, subscriptions } = this.#stores
    const clientIds = new Map(sessions.list().map(({ sid, clientId }) => [sid, clientId]))
    for (const { sid, topicFilter, qos } of subscriptions.list()) {
      const clientId = clientIds.get(sid)
      if (clientId !== undefined && qos > 0) this.#index.add(topicFilter, clientId, qos)
    }
  }

  async storeRetained(packet: StoredPacket): Promise<void> {
    const { retained } = this.#stores
    // [MQTT-3.3.1-10]: an empty payload removes the message that is kept
    await this.#commit(() => (packet.payload.length === 0 ? retained.remove(packet.topic) : retained.save(packet)))
  }

  createRetainedStream(topicFilter: string): Readable {
    return Readable.from(this.#stores.retained.find(topicFilter))
  }

  createRetainedStreamCombi(topicFilters: readonly string[]): Readable {
    const { retained } = this.#stores
    return Readable.from(topicFilters.values().flatMap((topicFilter) => retained.find(topicFilter)))
  }

  async addSubscriptions({ id }: ClientRef, subscriptions: readonly Subscription[]): Promise<void> {
    await this.#commit(() => {
      const sid = this.#ensure(id)
      for (const subscription of subscriptions) this.#stores.subscriptions.save(sid, subscription)
    })
    for (const { topic, qos } of subscriptions) {
      if (qos > 0) this.#index.add(topic, id, qos)
      else this.#index.remove(topic, id)
    }
  }

  async removeSubscriptions({ id }: ClientRef, topicFilters: readonly string[]): Promise<void> {
    const sid = this.#sidOf(id)
    if (sid === undefined) return
    await this.#commit(() => {
      for (const topicFilter of topicFilters) this.#stores.subscriptions.remove(sid, topicFilter)
    })
    for (const topicFilter of topicFilters) this.#index.remove(topicFilter, id)
  }

  async subscriptionsByClient({ id }: ClientRef): Promise<readonly Subscription[]> {
    const sid = this.#sidOf(id)
    return sid === undefined ? [] : this.#stores.subscriptions.listOf(sid)
  }

  async subscriptionsByTopic(topicName: string): Promise<readonly (Subscription & SubscriptionRef)[]> {
    return this.#index.match(topicName).flatMap(({ subscriber: clientId, topicFilter }) => {
      const sid = this.#sidOf(clientId)
      const stored = sid === undefined ? undefined : this.#stores.subscriptions.find(sid, topicFilter)
      return stored ? [{ clientId, ...stored }] : []
    })
  }

  async cleanSubscriptions(client: ClientRef): Promise<void> {
    const stored = await this.subscriptionsByClient(client)
    if (stored.length > 0)
      await this.removeSubscriptions(
        client,
        stored.map(({ topic }) => topic),
      )
  }

  async countOffline(): Promise<{ readonly subsCount: number; readonly clientsCount: number }> {
    const { subscriptions, sessions } = this.#stores.subscriptions.count()
    return { subsCount: subscriptions, clientsCount: sessions }
  }

  getClientList(topicFilter: string): Readable {
    return Readable.from(this.#stores.subscriptions.holdersOf(topicFilter))
  }

  outgoingEnqueue(subscription: SubscriptionRef, packet: StoredPacket): Promise<void> {
    return this.outgoingEnqueueCombi([subscription], packet)
  }

  async outgoingEnqueueCombi(subscriptions: readonly SubscriptionRef[], packet: StoredPacket): Promise<void> {
    await this.#commit(() => {
      for (const { clientId } of subscriptions) this.#outgoing(this.#ensure(clientId)).push(packet)
    })
  }

  // Not awaited: draining a queue would pay for a commit each message.
  async outgoingUpdate({ id }: ClientRef, packet: OutgoingPacket): Promise<void> {
    const isKnown = this.#stores.journal.write(() => this.#outgoing(this.#ensure(id)).update(packet))
    if (!isKnown) throw new Error('no such packet')
  }

  async outgoingClearMessageId({ id }: ClientRef, packet: OutgoingPacket): Promise<OutgoingPacket | undefined> {
    const sid = this.#sidOf(id)
    if (sid === undefined) return undefined
    return this.#stores.journal.write(() => this.#outgoing(sid).take(packet.messageId))
  }

  outgoingStream({ id }: ClientRef): Readable {
    const sid = this.#sidOf(id)
    return sid === undefined ? Readable.from([]) : this.#outgoing(sid).stream()
  }

  async incomingStorePacket({ id }: ClientRef, packet: StoredPacket & { readonly messageId: number }): Promise<void> {
    await this.#commit(() => this.#stores.incoming.save(this.#ensure(id), packet.messageId, packet))
  }

  async incomingGetPacket({ id }: ClientRef, { messageId }: { readonly messageId: number }): Promise<StoredPacket> {
    const sid = this.#sidOf(id)
    const packet = sid === undefined ? undefined : this.#stores.incoming.find(sid, messageId)
    if (!packet) throw new Error('no such packet')
    return packet
  }

  async incomingDelPacket({ id }: ClientRef, { messageId }: { readonly messageId: number }): Promise<void> {
    const sid = this.#sidOf(id)
    if (sid === undefined || !this.#stores.incoming.find(sid, messageId)) throw new Error('no such packet')
    await this.#commit(() => this.#stores.incoming.remove(sid, messageId))
  }

  async cleanIncoming({ id }: ClientRef): Promise<void> {
    const sid = this.#sidOf(id)
    if (sid !== undefined) await this.#commit(() => this.#stores.incoming.clear(sid))
  }

  async putWill({ id }: ClientRef, packet: Will): Promise<void> {
    // The interface wants both on the packet it was given.
    Object.assign(packet, { brokerId: this.#broker?.id, clientId: id })
    await this.#commit(() => this.#stores.wills.save(id, packet, undefined))
  }

  async getWill({ id }: ClientRef): Promise<StoredPacket | undefined> {
    return this.#stores.wills.find(id)?.packet
  }

  async delWill(client: ClientRef): Promise<StoredPacket | undefined> {
    const will = await this.getWill(client)
    if (will) await this.#commit(() => this.#stores.wills.remove(client.id))
    return will
  }

  streamWill(brokers: Readonly<Record<string, unknown>> = {}): Readable {
    const wills = this.#stores.wills.list().map(({ packet }): Will => packet)
    return Readable.from(wills.filter((will) => !Object.hasOwn(brokers, String(will.brokerId))))
  }

  async destroy(): Promise<void> {
    this.#stores[Symbol.dispose]()
  }

  #outgoing(sid: number): OutgoingPackets {
    return new OutgoingPackets(this.#stores.queues, sid)
  }

  #sidOf(clientId: string): number | undefined {
    return this.#stores.sessions.find(clientId)?.sid
  }

  #ensure(clientId: string): number {
    return (this.#stores.sessions.find(clientId) ?? this.#stores.sessions.insert(clientId, undefined, this.#clock()))
      .sid
  }

  #commit(work: () => void): Promise<void> {
    const { journal } = this.#stores
    journal.write(work)
    return new Promise((resolve, reject) => journal.settled((error) => (error ? reject(error) : resolve())))
  }
}
