import type { Readable } from 'node:stream'
import type { PublishPacket, Subscription } from 'aedes'

/** What Aedes knows of a client when it asks its store; at times it is the client itself. */
export interface ClientRef {
  readonly id: string
}

/** A packet as far as its identifier says all. */
export interface Identified {
  readonly cmd?: string
  readonly messageId?: number | undefined
}

/** What Aedes 1.x calls of its persistence interface. */
export interface StoredState {
  setup(broker: unknown): Promise<void>
  addSubscriptions(client: ClientRef, subscriptions: readonly Subscription[]): Promise<void>
  removeSubscriptions(client: ClientRef, topicFilters: readonly string[]): Promise<void>
  subscriptionsByClient(client: ClientRef): Promise<readonly Subscription[]>
  cleanSubscriptions(client: ClientRef): Promise<void>
  outgoingStream(client: ClientRef): Readable
  outgoingUpdate(client: ClientRef, packet: Identified): Promise<void>
  outgoingClearMessageId(client: ClientRef, packet: Identified): Promise<void>
  incomingGetPacket(client: ClientRef, packet: Identified): Promise<Identified>
  incomingStorePacket(client: ClientRef, packet: Identified): Promise<void>
  incomingDelPacket(client: ClientRef, packet: Identified): Promise<void>
  cleanIncoming(client: ClientRef): Promise<void>
  createRetainedStreamCombi(topicFilters: readonly string[]): Readable
  putWill(client: ClientRef, will: PublishPacket): Promise<void>
  delWill(client: ClientRef): Promise<void>
  streamWill(): Readable
}
