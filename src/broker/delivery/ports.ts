import type { Identity } from '../../registry/identity.ts'
import type { Message, QoS, QueuedMessage } from './message.ts'

/** All that is written in one turn of the event loop, committed at its end: kept as a whole, or not at all. */
export interface Journal {
  /** Runs at once, in the turn's transaction; throws when it fails, and the whole turn fails with it. */
  write<Result>(work: () => Result): Result
  /** Throws nothing: what fails is repeated until it is committed. */
  writeSurely(work: () => void): void
  /** Calls back once the turn is committed, or has failed. */
  settled(callback: (error?: Error) => void): void
}

/** What waits for one session, in the order of its numbers. */
export interface Queue {
  measure(): QueueMeasure
  /** Throws when the turn has failed. */
  append(n: number, message: Message): void
  page(after: number, limit: number): readonly QueuedMessage[]
  release(n: number): void
  remove(n: number): void
  /** Forgets what was appended after this number, in a turn that has failed. */
  rollBack(after: number): void
}

export interface QueueMeasure {
  readonly last: number
  readonly messages: number
  readonly bytes: number
}

type Owner = Pick<Identity, 'kind' | 'id'>

/** A session that outlives its connections. */
export interface StoredSession {
  readonly sid: number
  readonly clientId: string
  readonly owner: Owner | undefined
  /** The last message that was sent to it; none after a crash. */
  readonly lastSent: number | undefined
}

export interface SessionState {
  list(): readonly StoredSession[]
  insert(clientId: string, owner: Owner, at: Date): StoredSession
  markConnected(sid: number): void
  markDisconnected(sid: number, at: Date, lastSent: number): void
  /** Those that were connected when the process ended. */
  markAbandoned(at: Date): void
  /** None while it is connected. */
  disconnectedAt(sid: number): Date | undefined
  clientIdsExpired(before: Date): readonly string[]
  /** With its subscriptions and packet identifiers. */
  remove(sid: number): void
}

export interface StoredSubscription {
  readonly sid: number
  readonly topicFilter: string
  readonly qos: QoS
}

export interface SubscriptionState {
  list(): readonly StoredSubscription[]
  save(sid: number, subscription: { readonly topic: string; readonly qos: QoS }): void
  remove(sid: number, topicFilter: string): void
}

export interface QueueState {
  open(sid: number, journal: Journal): Queue
  drop(sid: number): void
}

/** [MQTT-4.3.3-2]: packet identifiers of QoS 2 messages that were taken over, until their PUBREL. */
export interface IncomingState {
  idsOf(sid: number): readonly number[]
  add(sid: number, messageId: number): void
  remove(sid: number, messageId: number): void
}

export interface RetainedState {
  save(message: Pick<Message, 'topic' | 'payload' | 'qos'>): void
  remove(topic: string): void
  find(topicFilter: string): Iterable<Pick<Message, 'topic' | 'payload' | 'qos'>>
  sizeOf(topic: string): number | undefined
  measure(): { readonly messages: number; readonly bytes: number }
}

export interface StoredWill {
  readonly clientId: string
  /** Name of the credential its client connected with: a certificate's is its fingerprint. */
  readonly credential: string | undefined
  readonly packet: Message
}

export interface WillState {
  list(): readonly StoredWill[]
  has(clientId: string): boolean
  save(clientId: string, packet: Message, credential: string | undefined): void
  remove(clientId: string): void
}

/** How much more the store may hold. */
export interface StoreRoom {
  /** Nothing new is to be stored until what waits has been fetched. */
  readonly isFull: boolean
}

/** What delivery keeps, all of it in one store: a turn commits it together. */
export interface DeliveryStores {
  readonly journal: Journal
  readonly room: StoreRoom
  readonly sessions: SessionState
  readonly subscriptions: SubscriptionState
  readonly queues: QueueState
  readonly incoming: IncomingState
  readonly retained: RetainedState
  readonly wills: WillState
}
