import type { Traffic } from '../traffic.ts'
import type { Losses, LossReason } from './losses.ts'
import { asQueued, lowerQoS, type Message, messageIdOf, type QoS, type QueuedMessage } from './message.ts'
import type { Outbox } from './outbox.ts'
import type { Queue, QueueMeasure } from './ports.ts'
import { QueueBounds, type QueueLimits } from './queue-bounds.ts'
import { QueueTail } from './queue-tail.ts'
import type { Turn } from './turn.ts'
import { encodePublish, encodePubrel } from './wire.ts'

/** The connection a session has now. */
export interface Link {
  readonly outbox: Pick<Outbox, 'send' | 'isBehind'>
  /** The read policy, asked for every message that is handed over. */
  readonly mayReceive: (topicName: string) => boolean
}

export interface SessionOptions {
  readonly clientId: string
  /** Its number in the store; none when it ends with its connection. */
  readonly sid?: number
  readonly queue: Queue
  /** Whether nothing is in it yet. */
  readonly isEmpty?: boolean
  readonly turn: Pick<Turn, 'pumpLater' | 'settled'>
  /** How many messages may be on their way, unacknowledged. */
  readonly window: number
  readonly lastSent?: number | undefined
  readonly limits: QueueLimits
  readonly losses: Losses
  readonly traffic: Pick<Traffic, 'countPublishSent'>
}

const RENUMBER_AT = 2 ** 31

/** MQTT 3.1.1 §4.1: what is owed to one client, over all its connections. It knows neither sockets nor the store. */
export class Session {
  readonly clientId: string
  readonly sid: number | undefined
  readonly topicFilters = new Map<string, QoS>()
  /** Messages, since it began or the hub was started. */
  readonly counts = { received: 0, sent: 0 }
  readonly #options: SessionOptions
  readonly #bounds: QueueBounds
  readonly #inFlight = new Map<number, { readonly message: QueuedMessage; released: boolean }>()
  #link: Link | undefined
  #isEnded = false
  #last: number | undefined
  #committed = 0
  /** The last message read from the queue, sent or not. */
  #cursor = 0
  #lastSent: number | undefined
  readonly #tail: QueueTail

  constructor(options: SessionOptions) {
    this.clientId = options.clientId
    this.sid = options.sid
    this.#options = options
    this.#bounds = new QueueBounds(options)
    this.#tail = new QueueTail(options.queue)
    this.#lastSent = options.lastSent
  }

  /** Whether it outlives its connection, and its queue the process. */
  get isStored(): boolean {
    return this.sid !== undefined
  }

  /** Up to here the client may have seen it: what is sent again then is marked DUP. */
  get lastSent(): number {
    // After a crash nobody knows: no more than a window can have been on its way.
    this.#lastSent ??= this.#options.queue.page(0, this.#options.window).at(-1)?.n ?? 0
    return this.#lastSent
  }

  get isConnected(): boolean {
    return this.#link !== undefined
  }

  /** Messages on their way to it, unacknowledged. */
  get inFlight(): number {
    return this.#inFlight.size
  }

  /** What waits for it. */
  measure(): Pick<QueueMeasure, 'messages' | 'bytes'> {
    return this.#bounds.measure()
  }

  /** MQTT 3.1.1 §4.4: a new connection gets what is unacknowledged again, in the order of its first sending. */
  attach(link: Link): void {
    if (this.#isEnded) return
    this.#link = link
    this.#rewind()
    this.#cursor = 0
    this.#options.turn.pumpLater(this)
  }

  /** Whether this was its connection: a later one may have taken over. */
  detach(link: Link): boolean {
    if (this.#link !== link) return false
    this.#link = undefined
    this.#rewind()
    return true
  }

  /** QoS 0: to a client that is there and keeps up, or to nobody. */
  deliver(topicName: string, bytes: Buffer, payloadBytes: number): void {
    if (!this.#link) return
    const { outbox, mayReceive } = this.#link
    // Asked first: who reads nothing is to cost the others next to nothing.
    if (outbox.isBehind) this.#options.losses.count('backlog', this.clientId)
    else if (!mayReceive(topicName)) this.#options.losses.count('policy', this.clientId)
    else {
      outbox.send(bytes)
      this.counts.sent++
      this.#options.traffic.countPublishSent(0, payloadBytes)
    }
  }

  /** QoS 1 and 2; throws when the turn has failed. */
  enqueue(message: Message): void {
    if (this.#isEnded) return
    const n = this.#nextNumber()
    this.#options.turn.pumpLater(this)
    const held = this.#isHeldInMemory ? withOwnBytes(message) : message
    this.#options.queue.append(n, held)
    this.#last = n
    this.#bounds.add(message)
    if (this.#link && this.#tail.isWhole) this.#tail.push(asQueued(held, n))
    this.#bounds.enforce(Math.max(this.#link ? this.#cursor : 0, this.lastSent), (dropped) => this.#tail.drop(dropped))
  }

  /** The best QoS at which it subscribed to this topic is asked of the router; this is for what is retained. */
  deliverRetained(message: Message, granted: QoS): void {
    const lowered = { ...message, retain: true, qos: lowerQoS(message.qos, granted) }
    if (lowered.qos === 0) this.deliver(lowered.topic, encodePublish(lowered), lowered.payload.length)
    else this.enqueue(lowered)
  }

  /** PUBACK and PUBCOMP. */
  acknowledge(messageId: number, qos: QoS): void {
    const acknowledged = this.#inFlight.get(messageId)
    if (acknowledged?.message.qos !== qos) return
    this.#inFlight.delete(messageId)
    this.#remove(acknowledged.message)
    this.#options.turn.pumpLater(this)
  }

  /** PUBREC; to be answered once the turn is settled, for a message that was released is never sent again. */
  release(messageId: number): void {
    const received = this.#inFlight.get(messageId)
    if (received?.message.qos !== 2 || received.released) return
    received.released = true
    this.#options.queue.release(received.message.n)
  }

  /** Sends as much of the queue as the window and the reader take. */
  pump(): void {
    this.#committed = this.#last ?? this.#committed
    const link = this.#link
    while (link && this.#inFlight.size < this.#options.window && !link.outbox.isBehind) {
      const next = this.#tail.peek(this.#cursor)
      // An identifier that is still in use 65,535 messages later: its acknowledgement comes first.
      if (!next || this.#inFlight.has(messageIdOf(next.n))) return
      const loss = this.#judge(next, link)
      // A policy that cannot be read cuts the connection, and takes nothing from the queue.
      if (loss === 'policy' && link.outbox.isBehind) return
      this.#tail.shift()
      this.#cursor = next.n
      if (loss) this.#lose(next, loss)
      else this.#send(next, link)
    }
  }

  /** Nothing is kept for it, and nothing sent, from now on. */
  end(): void {
    this.#isEnded = true
    this.#link = undefined
    this.#rewind()
  }

  rollBack(): void {
    this.#options.queue.rollBack(this.#committed)
    this.#bounds.forget()
    this.#tail.forget()
  }

  #judge(next: QueuedMessage, { mayReceive }: Link): LossReason | undefined {
    if (next.released) return undefined
    if (this.#bounds.isTooOld(next)) return 'queue_age'
    return mayReceive(next.topic) ? undefined : 'policy'
  }

  #lose(message: QueuedMessage, reason: LossReason): void {
    this.#remove(message)
    this.#options.losses.count(reason, this.clientId)
  }

  #send(next: QueuedMessage, { outbox }: Link): void {
    const { n, released } = next
    const messageId = messageIdOf(n)
    this.#inFlight.set(messageId, { message: next, released })
    const isRepeated = n <= this.lastSent
    outbox.send(released ? encodePubrel(messageId) : encodePublish(next, messageId, isRepeated))
    if (!released) {
      this.counts.sent++
      this.#options.traffic.countPublishSent(next.qos, next.payload.length)
    }
    if (!isRepeated) this.#lastSent = n
  }

  get #isHeldInMemory(): boolean {
    return this.sid === undefined || (this.#link !== undefined && this.#tail.isWhole)
  }

  #nextNumber(): number {
    if (this.#last === undefined) {
      // Before anything is added: it would look as if it had been sent.
      this.#lastSent = this.lastSent
      this.#last = this.#options.queue.measure().last
    }
    if (this.#last >= RENUMBER_AT && this.#options.queue.page(0, 1).length === 0)
      this.#renumber(messageIdOf(this.#last))
    return this.#last + 1
  }

  /** The identifiers go on as if nothing had happened; the store has room for 2^32 numbers a session. */
  #renumber(last: number): void {
    this.#last = last
    this.#cursor = last
    this.#committed = last
    this.#lastSent = last
  }

  #remove(message: QueuedMessage): void {
    this.#options.queue.remove(message.n)
    this.#bounds.subtract(message)
  }

  #rewind(): void {
    this.#inFlight.clear()
    this.#tail.forget()
  }
}

/** The chunk that a payload came in is 64 kB, and a message that waits would keep all of it. */
function withOwnBytes(message: Message): Message {
  return { ...message, payload: Buffer.from(message.payload) }
}
