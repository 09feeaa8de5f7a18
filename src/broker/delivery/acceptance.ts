import type { Traffic } from '../traffic.ts'
import type { IncomingIds } from './incoming-ids.ts'
import { lowerQoS, type Message, type QoS } from './message.ts'
import type { MessageFeed } from './message-feed.ts'
import type { StoreRoom } from './ports.ts'
import type { RetainedMessages } from './retained-messages.ts'
import type { Router } from './router.ts'
import type { Session } from './session.ts'
import { StoreFull } from './store-full.ts'
import type { Turn } from './turn.ts'
import { encodePublish } from './wire.ts'

export interface AcceptanceOptions {
  readonly router: Pick<Router<Session>, 'plan'>
  readonly retained: Pick<RetainedMessages, 'keep'>
  readonly turn: Pick<Turn, 'settled'>
  readonly feed: Pick<MessageFeed, 'isWatched' | 'show'>
  readonly room: StoreRoom
  readonly traffic: Pick<Traffic, 'countPublishReceived'>
}

/** Who has published, and what must be kept in the same transaction as the message. */
export interface Publisher {
  readonly clientId: string
  /** Of its session. */
  readonly counts?: { received: number }
  /** A QoS 2 message's packet identifier. */
  readonly incoming?: { readonly ids: IncomingIds; readonly messageId: number }
  /** Written beside the message, or not at all. */
  readonly beside?: () => void
}

type Done = (error?: Error) => void

/** Takes a message that its publisher may publish: to everybody it matches, live or stored, from one look-up. */
export class Acceptance {
  readonly #options: AcceptanceOptions
  #isClosed = false

  constructor(options: AcceptanceOptions) {
    this.#options = options
  }

  /** Calls back once what must be kept is committed: then, and not before, the publisher may be told so. */
  accept(message: Message, publisher: Publisher, done: Done): void {
    if (this.#isClosed) return
    try {
      if (!this.take(message, publisher)) {
        done()
        return
      }
    } catch (error) {
      publisher.incoming?.ids.forget(publisher.incoming.messageId)
      done(error instanceof Error ? error : new Error(String(error)))
      return
    }
    this.#options.turn.settled((error) => {
      if (error) publisher.incoming?.ids.forget(publisher.incoming.messageId)
      done(error)
    })
  }

  /** From now on nothing is taken, and so nothing acknowledged: a publisher keeps it for its next connection. */
  close(): void {
    this.#isClosed = true
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether its acknowledgement has to wait for the turn; throws when it cannot be kept. */
  take(message: Message, publisher: Publisher): boolean {
    const { traffic, feed, turn } = this.#options
    traffic.countPublishReceived(message.qos, message.payload.length)
    if (publisher.counts) publisher.counts.received++
    const waits = this.#spread(message, publisher)
    if (!feed.isWatched(message.topic)) return waits
    const show = (error?: Error): void => {
      if (!error) feed.show(message, publisher.clientId)
    }
    if (waits) turn.settled(show)
    else show()
    return waits
  }

  #spread(message: Message, { clientId, incoming, beside }: Publisher): boolean {
    const { router, retained, room } = this.#options
    if (room.isFull && this.#wouldStore(message)) throw new StoreFull()
    let waits = message.retain || incoming !== undefined || beside !== undefined
    beside?.()
    incoming?.ids.add(incoming.messageId)
    if (message.retain) retained.keep(message, clientId)
    // [MQTT-3.3.1-9]: not retained for those who are subscribed already
    const live = message.retain ? { ...message, retain: false } : message
    let bytes: Buffer | undefined
    for (const { subscriber, qos } of router.plan(message.topic)) {
      const lowered = lowerQoS(message.qos, qos)
      if (lowered === 0) {
        bytes ??= encodePublish(atQoS(live, 0))
        subscriber.deliver(message.topic, bytes, message.payload.length)
        continue
      }
      subscriber.enqueue(atQoS(live, lowered))
      waits = true
    }
    return waits
  }

  /** Asked before anything is taken; what is retained at QoS 0 is not kept then, and delivered. */
  #wouldStore({ topic, qos, retain, payload }: Message): boolean {
    if (qos === 0) return false
    if (retain && payload.length > 0) return true
    return this.#options.router.plan(topic).some(({ subscriber, qos: granted }) => granted > 0 && subscriber.isStored)
  }
}

function atQoS(message: Message, qos: QoS): Message {
  return message.qos === qos ? message : { ...message, qos }
}
