import type { Client, PublishPacket, Subscription } from 'aedes'
import type { DisconnectReason } from '../../end-reason.ts'
import { DomainError } from '../../errors.ts'
import { identityFields } from '../../log-fields.ts'
import type { Logger } from '../../logger.ts'
import type { Presented, RecordRefusal, RefusalCause } from '../../refusal.ts'
import type { Identity } from '../../registry/identity.ts'
import { isTopicFilter } from '../../topic.ts'
import type { BoundReports } from '../bound-reports.ts'
import type { Connection, Session } from '../connection.ts'
import { StoreFull } from '../delivery/store-full.ts'
import { reasonOfError } from '../disconnect-reason.ts'
import type { FlappingBans } from '../flapping.ts'
import type { AccessRules } from '../ports.ts'
import { StreamViolation } from '../stream-violation.ts'
import { Verdicts } from '../verdicts.ts'

export interface GatekeeperOptions {
  readonly access: AccessRules
  readonly recordRefusal: RecordRefusal
  readonly reports: Pick<BoundReports, 'reached'>
  readonly bans: Pick<FlappingBans, 'forbidsWill'>
  readonly logger: Logger
}

type Policy = ReturnType<AccessRules['policyOf']>

type Served = { readonly connection: Connection; readonly session: Session }

/** Answers what Aedes asks about each publish, subscription, will and delivery, from the rules that hold at that moment. */
export class Gatekeeper {
  readonly #options: GatekeeperOptions
  readonly #connections = new WeakMap<object, Connection>()
  readonly #verdicts = new WeakMap<Connection, Verdicts>()
  readonly #denied = new WeakSet<PublishPacket>()
  readonly #granted = new WeakSet<Subscription>()
  #willsSuppressed = false

  constructor(options: GatekeeperOptions) {
    this.#options = options
  }

  admit(connection: Connection): void {
    this.#connections.set(connection.socket, connection)
  }

  /** None when the connection was cut: nothing goes to it or comes from it any more. */
  served(client: Client | null): Served | undefined {
    const connection = client ? this.#connections.get(client.conn) : undefined
    const session = connection?.session
    return connection && session && connection.cutReason === undefined ? { connection, session } : undefined
  }

  /** When the hub stops, its clients did not vanish: their wills stay unsaid. */
  suppressWills(): void {
    this.#willsSuppressed = true
  }

  /** An error closes the client; a publish outside the policy is dropped later instead, and acknowledged. */
  judgePublish(client: Client | null, packet: PublishPacket): Error | null {
    const verdict = isWill(client, packet)
      ? this.#judgeWill(this.served(client), packet)
      : this.judgeTopic(client, packet.topic)
    if (verdict === 'denied') this.#denied.add(packet)
    return verdict instanceof Error ? verdict : null
  }

  /** The same of a topic alone; what is denied is on record then. */
  judgeTopic(client: Client | null, topicName: string): Error | 'denied' | 'granted' {
    const served = this.served(client)
    const mayPublish = this.#mayPublish(served, topicName)
    if (mayPublish === true) return 'granted'
    if (mayPublish instanceof Error) return mayPublish
    if (served) this.#record(served, 'publish_denied', topicName)
    return 'denied'
  }

  #mayPublish(served: Served | undefined, topicName: string): Error | boolean {
    if (!served) return new Error('the connection was cut')
    const policy = this.#policyOf(served)
    if (!policy) return new Error('the policy could not be read')
    return this.#verdictsOf(served).mayPublish(policy, topicName)
  }

  /** For somebody who is not connected any more. */
  mayPublishAs(identity: Identity, topicName: string): boolean {
    return new Verdicts().mayPublish(this.#options.access.policyOf(identity), topicName)
  }

  isDenied(packet: PublishPacket): boolean {
    return this.#denied.has(packet)
  }

  /** MQTT 3.1.1 §3.9.3: refused ones are answered with 0x80. */
  maySubscribe(client: Client, subscription: Subscription, hasRoom = true): boolean {
    const served = this.served(client)
    const { topic } = subscription
    const policy = served && this.#policyOf(served)
    if (!policy) return false
    const isAllowed = isTopicFilter(topic) && policy.maySubscribe(topic)
    if (isAllowed && hasRoom) {
      this.#granted.add(subscription)
      return true
    }
    this.#record(served, isAllowed ? 'subscriptions_over_limit' : 'subscribe_denied', topic)
    return false
  }

  /** Aedes hands the whole list of a SUBSCRIBE to its store as soon as one filter of it is granted. */
  isGranted(subscription: Subscription): boolean {
    return this.#granted.has(subscription)
  }

  mayReceive(client: Client, topicName: string): boolean {
    const served = this.served(client)
    if (!served) return false
    const policy = this.#policyOf(served)
    return policy !== undefined && this.#verdictsOf(served).mayReceive(policy, topicName)
  }

  /** Why the client is about to be closed. */
  noteReason(client: Client, reason: DisconnectReason): void {
    this.served(client)?.connection.noteReason(reason)
  }

  /** What the client did to the protocol; a broken network is no offence. */
  reportError(client: Client, error: NodeJS.ErrnoException): void {
    const served = this.served(client)
    const reason = reasonOfError(error, served?.connection.isExcused ?? false)
    if (reason) served?.connection.noteReason(reason)
    if (served && reason === 'not_reading') return this.#tellOfSlow(served)
    if (!served || UNREMARKABLE.has(error.message)) return
    const named = [error, error.cause].find((one) => one instanceof DomainError)
    if (named) {
      this.#record(served, 'storage_unavailable', undefined, { error: named.message })
      return
    }
    if (served.connection.isExcused || error.code !== undefined) return
    const cause = error instanceof StreamViolation ? error.violation : 'packet_invalid'
    this.#record(served, cause, undefined, { error: error.message })
  }

  #tellOfSlow({ connection: { address, surface }, session: { identity, clientId } }: Served): void {
    const client = { component: 'broker', ...identityFields(identity), clientId, address, surface }
    this.#options.logger.warn(client, 'Slow consumer closed')
  }

  /** What cannot be kept costs its client the connection, which the client does not answer for. */
  reportUnkept(client: Client, error: unknown): void {
    const served = this.served(client)
    served?.connection.excuse()
    if (!served || !(error instanceof StoreFull)) return
    this.#record(served, 'store_full')
    this.#options.reports.reached('store_bytes', 'mqtt.db')
  }

  reportFrame(connection: Connection, cause: RefusalCause): void {
    connection.noteReason('protocol_error')
    if (connection.session) this.#record({ connection, session: connection.session }, cause)
  }

  /** A will outside the policy, or of too many levels, is accepted with its CONNECT and never published; the operator is told at once. */
  announceWill(client: Client, topic: string, isPublishable = true): void {
    const served = this.served(client)
    if (!served) return
    const policy = this.#policyOf(served)
    if (policy && !(isPublishable && this.#verdictsOf(served).mayPublish(policy, topic)))
      this.#record(served, 'will_denied', topic)
  }

  #judgeWill(served: Served | undefined, { topic }: PublishPacket): Error | null {
    const mayPublish = this.#mayPublish(served, topic)
    if (mayPublish instanceof Error) return mayPublish
    if (this.#willsSuppressed) return new Error('the hub is stopping')
    if (served && this.#options.bans.forbidsWill(served.session.identity, served.connection))
      return new Error('its holder is banned')
    return mayPublish ? null : new Error(`the will's topic ${topic} is outside the policy`)
  }

  /** None when the registry fails: the client loses its connection, and keeps what was not acknowledged. */
  #policyOf({ connection, session }: Served): Policy | undefined {
    const { access, logger } = this.#options
    try {
      return access.policyOf(session.identity)
    } catch (error) {
      logger.error(
        { component: 'broker', err: error, ...identityFields(session.identity), clientId: session.clientId },
        'A policy could not be read',
      )
      void connection.cut('its policy could not be read')
      return undefined
    }
  }

  #verdictsOf({ connection }: Served): Verdicts {
    const known = this.#verdicts.get(connection)
    if (known) return known
    const verdicts = new Verdicts()
    this.#verdicts.set(connection, verdicts)
    return verdicts
  }

  #record({ connection, session }: Served, cause: RefusalCause, topic?: string, more: Presented = {}): void {
    const { identity, clientId } = session
    const presented = {
      identity: `${identity.kind}:${identity.id}`,
      clientId,
      ...(topic === undefined ? {} : { topic }),
      ...more,
    }
    const { address, surface } = connection
    this.#options.recordRefusal({ address, surface, cause, presented }, identity)
  }
}

const UNREMARKABLE: ReadonlySet<string> = new Set(['keep alive timeout', 'connection closed'])

// Aedes keeps the client's will here; its declarations leave it out.
export function isWill(client: Client | null, packet: PublishPacket): boolean {
  return (client as (Client & { readonly will?: PublishPacket | null }) | null)?.will === packet
}
