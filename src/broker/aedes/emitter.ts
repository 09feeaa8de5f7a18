import type { AedesPublishPacket, Client } from 'aedes'
import type { QoS } from '../delivery/message.ts'
import type { Session } from '../delivery/session.ts'
import type { Sessions } from '../delivery/sessions.ts'
import type { Bindings } from './bindings.ts'

type Deliver = (packet: AedesPublishPacket, done: () => void) => void
type Done = () => void

/** What Aedes delivers through; its declarations leave the first two out. */
export interface DeliveringClient {
  deliver0: Deliver
  deliverQoS: Deliver
  readonly subscriptions: Readonly<Record<string, { readonly qos: QoS }>>
}

/** Aedes hands over a closure and never says whose: this is what it is called with, once, to find out. */
const PROBE = {
  cmd: 'publish',
  topic: 'probe',
  payload: Buffer.alloc(0),
  qos: 0,
  retain: false,
  dup: false,
  brokerId: 'probe',
  brokerCounter: 1,
  properties: Object.freeze({}),
} as const satisfies AedesPublishPacket

/**
 * Aedes' emitter: here it only learns who subscribes to what. It emits nothing, so it holds no slots that a slow
 * reader could fill, and recurses into nothing.
 */
export class SubscriptionEmitter {
  readonly #sessions: Pick<Sessions, 'subscribe' | 'unsubscribe'>
  readonly #bindings: Pick<Bindings, 'of'>
  readonly #subscribed = new WeakMap<Deliver, Session>()
  #probed: Client | undefined

  constructor(sessions: Pick<Sessions, 'subscribe' | 'unsubscribe'>, bindings: Pick<Bindings, 'of'>) {
    this.#sessions = sessions
    this.#bindings = bindings
  }

  /** To be called before CONNECT: Aedes keeps the client's functions from then on. */
  takeOver(client: Client, deliverRetained: Deliver): void {
    const delivering = client as unknown as DeliveringClient
    const deliver: Deliver = (packet, done) => {
      if (packet.properties === PROBE.properties) this.#probed = client
      else deliverRetained(packet, done)
    }
    delivering.deliver0 = deliver
    delivering.deliverQoS = deliver
  }

  on(topicFilter: string, deliver: Deliver, done?: Done): void {
    const client = this.#probe(deliver)
    const session = client && this.#bindings.of(client)?.session
    // What a stored session subscribes to comes through its store.
    if (client && session && session.sid === undefined) {
      const { subscriptions } = client as unknown as DeliveringClient
      this.#sessions.subscribe(session, topicFilter, subscriptions[topicFilter]?.qos ?? 0)
      this.#subscribed.set(deliver, session)
    }
    done?.()
  }

  removeListener(topicFilter: string, deliver: Deliver, done?: Done): void {
    const session = this.#subscribed.get(deliver)
    if (session) this.#sessions.unsubscribe(session, topicFilter)
    done?.()
  }

  emit(_packet: unknown, done?: Done): void {
    done?.()
  }

  close(done?: Done): void {
    done?.()
  }

  #probe(deliver: Deliver): Client | undefined {
    this.#probed = undefined
    deliver(PROBE, () => undefined)
    return this.#probed
  }
}
