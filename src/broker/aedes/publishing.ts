import type { AedesPublishPacket, Client, PublishPacket } from 'aedes'
import type { Publisher } from '../delivery/acceptance.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { Bindings } from './bindings.ts'
import { type Gatekeeper, isWill } from './gatekeeper.ts'
import type { LiveWills } from './live-wills.ts'
import { readMessage } from './packet-message.ts'

type Done = (error?: Error | null) => void

export interface PublishingOptions {
  readonly delivery: Delivery
  readonly bindings: Bindings
  readonly gatekeeper: Gatekeeper
  readonly wills: LiveWills
  readonly topicLevels: number
}

/** The way of a PUBLISH through Aedes: each message is taken once, where its acknowledgement can still wait for it. */
export class Publishing {
  readonly #options: PublishingOptions
  readonly #taken = new WeakSet<PublishPacket>()

  constructor(options: PublishingOptions) {
    this.#options = options
  }

  /** Called before everything else. At QoS 1 Aedes writes PUBACK next, so the message is taken here. */
  authorize(client: Client | null, packet: PublishPacket, callback: Done): void {
    const { gatekeeper, bindings, delivery } = this.#options
    const refusal = gatekeeper.judgePublish(client, packet)
    const binding = bindings.of(client)
    if (refusal || packet.qos !== 1 || !client || !binding || isWill(client, packet)) {
      callback(refusal)
      return
    }
    // Not acknowledged either: its publisher keeps it for its next connection.
    if (delivery.acceptance.isClosed) return
    const settle = (error?: Error): void => {
      if (error) gatekeeper.reportUnkept(client, error)
      callback(error ?? null)
    }
    try {
      this.#taken.add(packet)
      if (!gatekeeper.isDenied(packet)) delivery.acceptance.take(readMessage(packet), binding.session)
    } catch (error) {
      settle(error instanceof Error ? error : new Error(String(error)))
      return
    }
    // [MQTT-4.6.0-2]: what need not wait for the turn is acknowledged no sooner than what was sent before it.
    delivery.turn.settled(settle)
  }

  /** In the place of Aedes' own: wills, QoS 0, and QoS 2, whose PUBREC is written when this calls back. */
  publish(packet: PublishPacket, client: unknown, done: Done = () => undefined): void {
    const binding = this.#options.bindings.of(typeof client === 'object' ? client : null)
    if (this.#taken.has(packet)) done(null)
    // Of what Aedes publishes by itself, three messages a connection, nobody may see anything.
    else if (!binding) (typeof client === 'function' ? (client as Done) : done)(null)
    else if (isWill(client as Client, packet)) this.#publishWill(packet, client as Client, done)
    else if (packet.qos === 2) this.#publishOnce(packet, client as Client, done)
    else this.#accept(packet, client as Client, binding.session, done)
  }

  /** What is retained for a new subscription, one message at a time. */
  deliverRetained(client: Client, packet: AedesPublishPacket, done: () => void): void {
    const { bindings, delivery, gatekeeper } = this.#options
    const session = bindings.of(client)?.session
    const route = delivery.router.plan(packet.topic).find(({ subscriber }) => subscriber === session)
    if (session && route) {
      try {
        session.deliverRetained(readMessage(packet), route.qos)
      } catch (error) {
        gatekeeper.reportUnkept(client, error)
        client.emit('error', error)
      }
    }
    done()
  }

  #publishWill(packet: PublishPacket, client: Client, done: Done): void {
    const { bindings, wills } = this.#options
    const link = bindings.of(client)?.link
    if (!link || packet.topic.split('/').length > this.#options.topicLevels) {
      done(new Error('the will cannot be published'))
      return
    }
    const beside = (): void => wills.take(client.id, link)
    this.#accept(packet, client, { clientId: client.id, beside }, done)
  }

  #publishOnce(packet: PublishPacket, client: Client, done: Done): void {
    const { bindings, delivery } = this.#options
    const { messageId } = packet
    const binding = bindings.of(client)
    if (!binding || messageId === undefined) done(new Error('a QoS 2 message without identifier'))
    // The same message twice in one turn: both were looked up before either was taken.
    else if (binding.incoming.has(messageId)) delivery.turn.settled(done)
    else {
      const { session, incoming: ids } = binding
      this.#accept(packet, client, { clientId: client.id, counts: session.counts, incoming: { ids, messageId } }, done)
    }
  }

  #accept(packet: PublishPacket, client: Client, publisher: Publisher, done: Done): void {
    const { delivery, gatekeeper } = this.#options
    delivery.acceptance.accept(readMessage(packet), publisher, (error) => {
      if (error) gatekeeper.reportUnkept(client, error)
      done(error ?? null)
    })
  }
}
